//! What the handlers of the compile-time measurement work on. Written into each of the measured crates as it
//! stands, so that they differ in the attributes of their handlers and in nothing else.

use std::{borrow::Cow, collections::HashMap, fmt, future::Future, pin::Pin, sync::Arc};

use events::{
    Designates, Href, Refused, Resource,
    __private::{Location, ResourceDeclaration, ResourceSpec},
};
use tokio::sync::Mutex;

pub type BoxFuture = Pin<Box<dyn Future<Output = bool> + Send>>;

#[derive(Clone, Debug, Default)]
pub struct App {
    rows: Arc<Mutex<HashMap<String, String>>>,
}

impl App {
    pub async fn load(&self, href: &str) -> Result<String, ApiError> {
        self.rows.lock().await.get(href).cloned().ok_or(ApiError::NotFound)
    }

    pub async fn store(&self, href: &str, row: String) -> Result<(), ApiError> {
        self.rows.lock().await.insert(href.to_owned(), row);
        Ok(())
    }

    pub async fn submit(&self, action: &str, href: &str) -> Result<Job, ApiError> {
        self.store(&format!("job/{href}"), action.to_owned()).await?;
        Ok(Job { action: action.to_owned(), target: href.to_owned() })
    }
}

#[derive(Debug)]
pub struct Job {
    pub action: String,
    pub target: String,
}

#[derive(Debug)]
pub enum ApiError {
    NotFound,
    Conflict(String),
    Unavailable(Refused),
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("not found"),
            Self::Conflict(what) => write!(f, "{what} is in the way"),
            Self::Unavailable(refused) => refused.fmt(f),
        }
    }
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        Self::Unavailable(refused)
    }
}

#[derive(Debug)]
pub struct State<T>(pub T);
#[derive(Debug)]
pub struct Path<T>(pub T);
#[derive(Debug)]
pub struct Query<T>(pub T);
#[derive(Debug)]
pub struct Json<T>(pub T);

#[derive(Debug)]
pub struct Options {
    pub force: bool,
    pub delay: u64,
    pub reason: String,
}

impl Options {
    pub fn sample() -> Self {
        Self { force: false, delay: 1, reason: "maintenance".to_owned() }
    }
}

/// A resource type as a hand would write it: no macro of ours runs for the crate without attributes.
#[derive(Debug)]
pub struct Machine {
    pub href: Href<Machine>,
    pub state: String,
}

impl Machine {
    pub fn sample() -> Self {
        Self { href: href(), state: "NEW".to_owned() }
    }
}

pub fn href() -> Href<Machine> {
    "machine/6f1d".parse().expect("an href")
}

static MACHINE: ResourceDeclaration = ResourceDeclaration::new(ResourceSpec {
    resource_type: "machine",
    struct_name: "Machine",
    operations: None,
    category: None,
    severity: None,
    enabled: true,
    location: Location { krate: "", module: "", file: "", line: 0, column: 0 },
});

impl Resource for Machine {
    const DECLARATION: &'static ResourceDeclaration = &MACHINE;
}

impl Designates for Machine {
    type Resource = Machine;
    const DECLARATION: Option<&'static ResourceDeclaration> = Some(&MACHINE);

    fn href(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.href.as_str())
    }
}
