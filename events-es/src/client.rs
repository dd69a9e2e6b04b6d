//! Sending requests: nodes in turn, those that fail left alone for a while, what failed tried again.
//!
//! The client crate underneath sends once, to any node, and takes every status for a success.

use std::{
    error::Error,
    fmt,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use elasticsearch::http::{headers::HeaderMap, transport::Transport};
use tokio::time::sleep;

use crate::{
    backoff::Backoff,
    request::{Answer, Patience, Request, RequestError},
};

/// The nodes of one cluster.
pub(crate) struct Client {
    nodes: Vec<Node>,
    turn: AtomicUsize,
    /// How long one attempt may take.
    limit: Duration,
}

/// Without its nodes: they know the credentials.
impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("nodes", &self.nodes.iter().map(|node| &node.address).collect::<Vec<_>>())
            .finish()
    }
}

pub(crate) struct Node {
    /// Without credentials.
    address: String,
    transport: Transport,
    health: Mutex<Health>,
}

/// How a node fared lately.
#[derive(Default)]
struct Health {
    /// Left alone until then, where another node is not.
    rests_until: Option<Instant>,
    /// None while it works.
    rest: Option<Backoff>,
}

/// A node that failed rests for so long at first.
const FIRST_REST: Duration = Duration::from_secs(1);

/// And for so long in the end.
const LONGEST_REST: Duration = Duration::from_secs(60);

impl Node {
    pub(crate) fn new(address: String, transport: Transport) -> Self {
        Self { address, transport, health: Mutex::default() }
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rests_until(&self, now: Instant) -> Option<Instant> {
        self.health().rests_until.filter(|until| *until > now)
    }

    fn works(&self) {
        *self.health() = Health::default();
    }

    fn failed(&self) {
        let mut health = self.health();
        let rest = health.rest.get_or_insert(Backoff::new(FIRST_REST, LONGEST_REST)).pause();
        health.rests_until = Some(Instant::now() + rest);
    }

    /// Asks once.
    async fn ask(&self, request: &Request, limit: Duration) -> Result<Answer, RequestError> {
        let unreachable = |error: &elasticsearch::Error| match error.is_timeout() {
            true => RequestError::Silent { node: self.address.clone(), limit },
            false => RequestError::Unreachable(format!("{} cannot be reached: {}", self.address, innermost(error))),
        };
        let answered = async {
            let (path, body) = (&*request.path, request.body.clone());
            let sent =
                self.transport.send(request.method, path, HeaderMap::new(), None::<&()>, body, Some(limit)).await?;
            let status = sent.status_code().as_u16();
            Ok(Answer { status, body: sent.bytes().await? })
        };
        let answer = answered.await.map_err(|error| unreachable(&error));
        match answer {
            Ok(_) => self.works(),
            Err(_) => self.failed(),
        }
        answer
    }
}

/// What went wrong underneath: the outer layers only say that something did.
fn innermost(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// The pauses between attempts.
pub(crate) const PAUSES: Backoff = Backoff::new(Duration::from_millis(50), Duration::from_secs(2));

impl Client {
    /// Of nodes, at least one.
    pub(crate) fn new(nodes: Vec<Node>, limit: Duration) -> Self {
        Self { nodes, turn: AtomicUsize::new(0), limit }
    }

    /// The next node that does not rest, else the one that rested most.
    fn node(&self) -> &Node {
        let now = Instant::now();
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let in_turn = (0..self.nodes.len()).map(|step| &self.nodes[turn.wrapping_add(step) % self.nodes.len()]);
        let rested = in_turn.min_by_key(|node| node.rests_until(now));
        rested.unwrap_or(&self.nodes[0])
    }

    /// Sends a request and answers with what the server says, any status.
    ///
    /// # Errors
    /// No node answers: whether one of them did what it was asked is unknown.
    pub(crate) async fn send(&self, request: &Request) -> Result<Answer, RequestError> {
        let whole = request.within.unwrap_or(self.limit);
        let end = Instant::now() + whole;
        let mut pauses = PAUSES;
        let mut attempts = 0;
        let mut said = None;
        let enough = whole.min(self.limit) / 2;
        loop {
            let mut limit = end.saturating_duration_since(Instant::now()).min(self.limit);
            let is_shared = request.within.is_some() && request.patience == Patience::OneAnswer;
            if is_shared && attempts + 1 < self.nodes.len() {
                // One that hangs must leave time to ask another.
                limit /= 2;
            }
            let answer = self.node().ask(request, limit).await;
            attempts += 1;
            let pause = match &answer {
                Ok(answer) if !answer.may_pass() || request.patience == Patience::OneAnswer => None,
                // Another node may answer at once.
                Err(_) if attempts < self.nodes.len() => Some(Duration::ZERO),
                Err(_) if request.patience == Patience::OneAnswer => None,
                Ok(_) | Err(_) => Some(pauses.pause()),
            };
            match pause {
                Some(pause) if Instant::now() + pause < end => sleep(pause).await,
                // In the little time that was left it could not be said again.
                _ if matches!(answer, Err(RequestError::Silent { .. })) && limit < enough => {
                    return said.unwrap_or(answer);
                }
                _ => return answer,
            }
            said = match answer {
                Err(RequestError::Silent { .. }) => said,
                answer => Some(answer),
            };
        }
    }

    /// Sends a request that has to succeed.
    ///
    /// # Errors
    /// It does not.
    pub(crate) async fn succeed(&self, request: &Request) -> Result<Answer, RequestError> {
        let answer = self.send(request).await?;
        if answer.is_success() { Ok(answer) } else { Err(answer.refused()) }
    }
}
