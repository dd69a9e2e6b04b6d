//! What this machine has to run servers with.

use crate::account::Account;
use crate::cache::Cache;
use crate::java::Java;
use crate::kind::Kind;
use crate::maven;

/// The Javas, the fetched servers and the user of this machine, looked up once.
#[derive(Clone, Debug)]
pub struct Installation {
    pub(crate) account: Account,
    pub(crate) cache: Cache,
    javas: Vec<Java>,
}

/// Something that is not there, and how to get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// What is missing.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl Installation {
    /// Looks.
    ///
    /// # Errors
    /// There is no user to run servers as, or no folder to keep them in: what is missing.
    pub fn of_this_machine() -> Result<Self, String> {
        let account = Account::of_servers()?;
        Ok(Self { cache: Cache::open(&account)?, javas: Java::all(&account), account })
    }

    /// What keeps these servers from being started here. A Java that is too old for some of them keeps none of
    /// the others: see [`why_not`](Self::why_not).
    pub fn lacks(&self, kinds: &[Kind]) -> Vec<Lack> {
        let mut lacks = Vec::new();
        let runnable: Vec<Kind> = kinds.iter().copied().filter(|kind| self.why_not(*kind).is_none()).collect();
        if runnable.is_empty() && !kinds.is_empty() {
            let newest = kinds.iter().map(|kind| kind.java()).max().unwrap_or_default();
            lacks.push(Lack {
                what: format!("Java {newest} or newer, for the servers that tests run against ({})", self.newest()),
                remedy: format!("`apt-get install openjdk-{newest}-jre-headless`, or point JAVA_HOME to one"),
            });
        }
        if !maven::is_there() && runnable.iter().any(|kind| self.cache.fetched(*kind).is_none()) {
            lacks.push(Lack {
                what: "Maven (`mvn`), which fetches the servers that tests run against".to_owned(),
                remedy: "`apt-get install maven`".to_owned(),
            });
        }
        lacks
    }

    /// Why a server of this kind cannot run here, if it cannot: no Java is new enough.
    pub fn why_not(&self, kind: Kind) -> Option<String> {
        let needed = kind.java();
        Java::at_least(needed, &self.javas).is_none().then(|| format!("needs Java {needed}, {}", self.newest()))
    }

    fn newest(&self) -> String {
        match self.javas.last() {
            Some(java) => format!("the newest here is {}", java.version),
            None => "there is none here".to_owned(),
        }
    }

    /// Whether a server has been fetched by an earlier run.
    pub fn has_fetched(&self, kind: Kind) -> bool {
        self.cache.fetched(kind).is_some()
    }

    pub(crate) fn java(&self, kind: Kind) -> Result<&Java, String> {
        Java::at_least(kind.java(), &self.javas)
            .ok_or_else(|| format!("{kind} needs Java {}, {}", kind.java(), self.newest()))
    }
}
