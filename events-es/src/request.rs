//! A request, what the server answers to it, and what may go wrong.

use std::{borrow::Cow, fmt, time::Duration};

use elasticsearch::http::Method;
use events_core::Bytes;
use serde::Deserialize;
use serde_json::Value;

/// One request, whatever node it goes to. All of ours may be sent twice.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// With its query.
    pub(crate) path: String,
    pub(crate) body: Option<Bytes>,
    /// How long all attempts may take together; the client's own limit for one where none.
    pub(crate) within: Option<Duration>,
    pub(crate) patience: Patience,
}

/// When to stop trying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// When one node has answered, or each has failed: somebody else tries again.
    OneAnswer,
    /// When an answer will not change by itself, or time is up.
    LastingAnswer,
}

impl Request {
    pub(crate) fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), body: None, within: None, patience: Patience::LastingAnswer }
    }

    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::Get, path)
    }

    pub(crate) fn post(path: impl Into<String>) -> Self {
        Self::new(Method::Post, path)
    }

    pub(crate) fn put(path: impl Into<String>) -> Self {
        Self::new(Method::Put, path)
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.bytes(Bytes::from(body.to_string()))
    }

    pub(crate) fn bytes(mut self, body: Bytes) -> Self {
        self.body = Some(body);
        self
    }

    pub(crate) fn within(mut self, limit: Duration) -> Self {
        self.within = Some(limit);
        self
    }

    /// Somebody else tries again.
    pub(crate) fn once(mut self) -> Self {
        self.patience = Patience::OneAnswer;
        self
    }
}

/// What the server answers: any status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether the same request may be answered otherwise in a moment.
    pub(crate) fn may_pass(&self) -> bool {
        matches!(self.status, 429 | 502..=504)
    }

    /// The answer, where it is a success or has the status `or`.
    pub(crate) fn expect(self, or: u16) -> Result<Self, RequestError> {
        if self.is_success() || self.status == or { Ok(self) } else { Err(self.refused()) }
    }

    pub(crate) fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, RequestError> {
        serde_json::from_slice(&self.body).map_err(|error| RequestError::Unreadable(error.to_string()))
    }

    /// Why the request was refused, as the server says it.
    pub(crate) fn cause(&self) -> Cause {
        #[derive(Deserialize)]
        struct Body {
            error: Cause,
        }
        serde_json::from_slice::<Body>(&self.body).map_or_else(
            // A proxy's page, most likely.
            |_| Cause { kind: String::new(), reason: head(&String::from_utf8_lossy(&self.body)).into_owned() },
            |body| body.error,
        )
    }

    pub(crate) fn refused(&self) -> RequestError {
        RequestError::Refused { status: self.status, cause: self.cause() }
    }
}

/// Why the server refused something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Written")]
pub(crate) struct Cause {
    /// What kind of error it is; empty where it did not come from the server itself.
    pub(crate) kind: String,
    pub(crate) reason: String,
}

/// The ways in which a cause is written.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Cause {
        #[serde(rename = "type")]
        kind: Option<String>,
        reason: Option<String>,
        /// Where it is a sum of errors, as that of several shards: what each of them is.
        #[serde(default)]
        root_cause: Vec<Cause>,
    },
    Sentence(String),
    Other(serde::de::IgnoredAny),
}

impl From<Written> for Cause {
    fn from(written: Written) -> Self {
        match written {
            Written::Cause { kind: Some(kind), mut root_cause, .. }
                if kind == "search_phase_execution_exception" && !root_cause.is_empty() =>
            {
                root_cause.swap_remove(0)
            }
            Written::Cause { kind, reason, .. } => {
                let reason = reason.as_deref().map(|reason| head(reason).into_owned()).unwrap_or_default();
                Self { kind: kind.unwrap_or_default(), reason }
            }
            Written::Sentence(reason) => Self { kind: String::new(), reason: head(&reason).into_owned() },
            Written::Other(_) => Self::default(),
        }
    }
}

/// So much of what a server says is passed on.
const MOST_SAID: usize = 400;

fn head(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    match text.char_indices().nth(MOST_SAID) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&*self.kind, &*self.reason) {
            ("", "") => f.write_str("no reason given"),
            (kind, "") => f.write_str(kind),
            ("", reason) => f.write_str(reason),
            (kind, reason) => write!(f, "{kind}: {reason}"),
        }
    }
}

/// Why a request has no answer that could be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestError {
    /// No node answered; whether one did what it was asked is unknown.
    #[error("{0}")]
    Unreachable(String),
    /// The same of a node that did not say anything.
    #[error("{node} cannot be reached: no answer within {limit:?}")]
    Silent {
        /// Which.
        node: String,
        /// How long it had.
        limit: Duration,
    },
    /// It was answered with a status of failure.
    #[error("status {status}, {cause}")]
    Refused {
        /// The status.
        status: u16,
        /// Why.
        cause: Cause,
    },
    /// It was answered with something else than was asked for.
    #[error("the answer cannot be read: {0}")]
    Unreadable(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, body: Bytes::copy_from_slice(body.as_bytes()) }
    }

    #[test]
    fn causes_are_read_however_they_are_written() {
        let table = [
            (
                r#"{"error":{"type":"x_exception","reason":"because","root_cause":[]},"status":400}"#,
                "x_exception: because",
            ),
            (
                r#"{"error":{"type":"search_phase_execution_exception","reason":"all shards failed",
                    "root_cause":[{"type":"y_exception","reason":"that"},{"type":"z"}]}}"#,
                "y_exception: that",
            ),
            (
                r#"{"error":{"type":"search_phase_execution_exception","reason":"no shard","root_cause":[]}}"#,
                "search_phase_execution_exception: no shard",
            ),
            (r#"{"error":"no handler found","status":400}"#, "no handler found"),
            (r#"{"error":{"type":"x_exception","reason":null}}"#, "x_exception"),
            (r#"{"error":7}"#, "no reason given"),
            ("<html>Bad gateway</html>", "<html>Bad gateway</html>"),
            ("", "no reason given"),
        ];
        for (body, said) in table {
            assert_eq!(answer(400, body).cause().to_string(), said, "{body}");
        }
    }

    #[test]
    fn a_long_reason_is_cut() {
        let said = answer(502, &"é".repeat(1_000)).refused().to_string();
        assert!(said.ends_with('…') && said.chars().count() < 450, "{said}");
    }
}
