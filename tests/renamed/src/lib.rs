//! The framework under another name, and through a module that re-exports it: nothing says `events`.

#![deny(warnings)]

/// What a library makes of it.
pub mod platform {
    pub use audit::*;
}

/// An error that says nothing.
#[derive(Debug)]
pub struct Error;

impl From<audit::Refused> for Error {
    fn from(_: audit::Refused) -> Self {
        Self
    }
}

/// Declared under the other name.
#[audit::resource(events("start", "moved"), krate = audit)]
pub struct Machine {
    id: audit::Href<Machine>,
}

/// Declared through the re-export.
#[platform::category("billing", details(amount: u64), krate = crate::platform)]
pub struct Billing;

/// A direct event.
#[derive(audit::EventDetails)]
#[event("machine.moved", resource = Machine, krate = ::audit)]
pub struct Moved {
    /// Where to.
    to: Place,
}

/// A value.
#[derive(platform::Record)]
#[record(krate = crate::platform)]
pub enum Place {
    /// Nowhere.
    Nowhere,
    /// On a shelf.
    Shelf {
        /// Which one.
        number: u8,
    },
}

/// Starts.
#[platform::action(event = "machine.start", krate = crate::platform, category = Billing, details(amount: u64))]
pub async fn start(id: audit::Href<Machine>, amount: u64) -> Result<(), Error> {
    let _ = audit::emit(&id, Moved { to: Place::Shelf { number: 1 } }).await?;
    Ok(())
}

#[audit::resource(events, krate = audit)]
impl Machine {
    /// Edits.
    #[audit::action(event = "machine.edit")]
    pub async fn edit(&self) -> Result<(), Error> {
        start(self.id.clone(), 1).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn another_name_records_the_same() {
        let store = audit::memory::MemoryStore::new();
        let manager = audit::EventManager::builder(store.clone()).build().expect("a registry without conflicts");
        let machine = Machine { id: "machine/1".parse().expect("an href") };
        let run = machine.edit();
        manager.scope(audit::scope(audit::Context::anonymous(), run)).await.expect("recorded");
        assert_eq!(store.len(), 5);
    }
}
