//! Following the trail with Server-Sent Events.
//!
//! Source: the HTML standard, section 9.2. The `id` of what is sent is the place in the trail, which a client that
//! connects again sends as `Last-Event-ID`. A heartbeat has one too, and no data: so the place moves on over events
//! that are not for this client.
//!
//! What a tail shows is decided when it begins, by the claims that its caller has then. So it ends after a while: its
//! client connects again, as that section says, and whoever says who calls is asked again.

use std::{
    convert::Infallible,
    fmt::Write,
    hash::{BuildHasher, RandomState},
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{
        HeaderMap, HeaderValue, Uri,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::Response,
};
use events_core::{Followed, Seq, Tail, TailError, Viewer};
use futures_util::{FutureExt, stream};
use tokio::time::{Instant, timeout};

use crate::{api::Api, error::ApiError, parameters::Parameters, search::filter, select::Select, shown::shown};

/// `GET event/tail`: events as they are stored, from now on or from behind a place.
pub(crate) async fn follow(State(api): State<Api>, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    let viewer = Viewer::from(&api.searcher()?);
    let parameters = Parameters::of_query(&uri);
    let filter = filter(&parameters)?;
    if filter.conditions() > MOST_CONDITIONS {
        let why = format!("`filter`: a tail compares every new event, with {MOST_CONDITIONS} conditions at most");
        return Err(ApiError::BadRequest(why));
    }
    let mut tail = api.manager().tail(filter, viewer)?;
    if let Some(place) = place(&parameters, &headers)? {
        tail = tail.after(place)?;
        // Whoever comes back to such a place has to learn that it is of no use. What may pass shows again later.
        if let Err(error @ TailError::Damaged { .. }) = tail.check().await {
            return Err(error.into());
        }
    }
    let select = Select::of(parameters.all("select"));
    // Up to an eighth earlier: those that began together do not come back together.
    let earlier = api.0.longest_tail / 2_048 * u32::from(RandomState::new().hash_one(()) as u8);
    let ends = Instant::now().checked_add(api.0.longest_tail - earlier);
    let sending = Sending { api, tail, select, ends, step: Step::Begin };
    let mut response = Response::new(Body::from_stream(stream::unfold(sending, Sending::next)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // A proxy that gathers what it passes on would keep it back.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// Behind which event to begin, where the client says so. The header goes first: it is that of a connection that broke.
fn place(parameters: &Parameters, headers: &HeaderMap) -> Result<Option<Seq>, ApiError> {
    let header = headers.get("last-event-id").map(|value| String::from_utf8_lossy(value.as_bytes()));
    let given = header.as_deref().or_else(|| parameters.all("after").next()).map(str::trim);
    let Some(given) = given.filter(|given| !given.is_empty()) else { return Ok(None) };
    let invalid = || {
        let given: String = given.chars().take(80).collect();
        ApiError::BadRequest(format!("`{given}` is no place in the trail: send the `id` of what was received last"))
    };
    given.parse().map(|number| Some(Seq(number))).map_err(|_| invalid())
}

/// A response under way. It asks for more when the connection takes more, and ends with it.
struct Sending {
    api: Api,
    tail: Tail,
    select: Select,
    /// When its client has to connect again; never, where that is too far to be said.
    ends: Option<Instant>,
    step: Step,
}

enum Step {
    Begin,
    Follow,
    End,
}

/// Of the filter of a tail: no index serves it.
const MOST_CONDITIONS: usize = 200;

/// Bytes that are gathered before they are sent.
const GATHERED: usize = 16 * 1_024;

impl Sending {
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let mut out = String::new();
        match self.step {
            Step::Begin => {
                // At once: the client learns that it is connected, and where it is.
                self.step = Step::Follow;
                out.push_str("retry: 2000\n");
                self.beat(&mut out);
            }
            Step::Follow if self.left().is_zero() => {
                self.step = Step::End;
                out.push_str(": connect again with this id: your rights are asked again\n");
                self.beat(&mut out);
            }
            Step::Follow => match timeout(self.api.0.heartbeat.min(self.left()), self.tail.next()).await {
                Err(_elapsed) => self.beat(&mut out),
                Ok(Ok(Some(followed))) => {
                    self.event(&mut out, &followed);
                    self.gather(&mut out);
                }
                Ok(Ok(None)) => return None,
                Ok(Err(error)) => {
                    // Why is in the log already. Its client comes back to where it was, and learns there if that is no
                    // use.
                    tracing::debug!(%error, "a tail over HTTP ends");
                    self.step = Step::End;
                    out.push_str(": the events cannot be read now\n\n");
                }
            },
            Step::End => return None,
        }
        Some((Ok(Bytes::from(out)), self))
    }

    /// How long it may still take.
    fn left(&self) -> Duration {
        self.ends.map_or(Duration::MAX, |ends| ends.saturating_duration_since(Instant::now()))
    }

    /// Adds what is there already.
    fn gather(&mut self, out: &mut String) {
        while out.len() < GATHERED {
            // Not polled again when it is not ready, and nothing is lost by that. What went wrong goes wrong again.
            let Some(Ok(Some(followed))) = self.tail.next().now_or_never() else { break };
            self.event(out, &followed);
        }
    }

    fn event(&self, out: &mut String, followed: &Followed) {
        // One that is damaged was logged, and is passed over.
        let Ok(document) = shown(&followed.event, &self.select, &[]) else { return };
        // Writing to a string cannot fail.
        let _ = write!(out, "id: {}\nevent: event\ndata: ", followed.seq);
        // A line break would end the field; in JSON it is only ever a blank.
        out.extend(
            document.get().chars().map(|character| if matches!(character, '\n' | '\r') { ' ' } else { character }),
        );
        out.push_str("\n\n");
    }

    fn beat(&self, out: &mut String) {
        let _ = write!(out, "id: {}\n\n", self.tail.passed());
    }
}
