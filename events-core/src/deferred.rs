//! Closing operations that stay open when their handlers return.

use std::{future::poll_fn, sync::Arc};

use bytes::Bytes;

use crate::{
    closing,
    event::{Event, InvalidEvent},
    href::Designates,
    id::EventId,
    identity::{Caller, Claim},
    journal::{JournalError, OpenOperation},
    manager::EventManager,
    outcome::Ending,
    queue::{Item, Ticket},
    receipt::{Answer, Learned, Receipt},
    record::{self, Record},
    said::Said,
};

/// What whoever closes a deferred operation says about it.
///
/// ```
/// use events_core::{Closing, Ending, Failure, Reason};
///
/// let closing = Closing::new(Ending::Failed(Failure::new(Reason::Error).because("no space on the device"))).link("job/17");
/// # let _ = closing;
/// ```
#[derive(Debug)]
pub struct Closing {
    ending: Ending,
    said: Said,
}

impl Closing {
    /// It ended like this.
    pub fn new(ending: Ending) -> Self {
        Self { ending, said: Said::default() }
    }

    /// Another resource that it touched.
    pub fn link<V: Designates + ?Sized>(mut self, resource: &V) -> Self {
        self.said.link(&resource.href(), None);
        self
    }

    /// One more detail.
    pub fn detail(mut self, name: &str, value: &dyn Record) -> Self {
        let mut json = Vec::new();
        let cut = record::detail(&mut json, value);
        self.said.mark(cut);
        self.said.detail(name, json, None);
        self
    }

    /// The sentence of the closing event.
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.said.message(&message.into(), None);
        self
    }

    /// Who closes it, where that is not who began it.
    pub fn by(mut self, caller: Caller) -> Self {
        self.said.identified = Some(caller);
        self
    }

    /// Somebody else who may see the closing event.
    pub fn visible_to(mut self, claim: Claim) -> Self {
        self.said.visible_to(claim, None);
        self
    }
}

impl From<Ending> for Closing {
    fn from(ending: Ending) -> Self {
        Self::new(ending)
    }
}

/// What closing an operation came to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Closed {
    /// Its closing is stored now. Calls that say the very same in the same millisecond are one closing, and
    /// each is told so.
    Now,
    /// Somebody else had closed it: this is how. A true ending that comes after `abandoned` or `timeout` is
    /// kept as `<type>.late-ending`.
    Before(Box<Event>),
}

/// Why an operation was not closed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CloseError {
    /// No such operation is recorded.
    #[error("no operation `{0}` is recorded: close it by the id of its opening event [EVT140]")]
    Unknown(EventId),
    /// The operation is an ordinary one: it is closed when its handler returns.
    #[error("operation `{0}` is not deferred: its handler closes it when it returns [EVT143]")]
    NotDeferred(EventId),
    /// The closing is not stored yet. It is kept, and stored when the store allows; it is lost if this process ends before.
    #[error(
        "the closing is not stored yet, the event store is slow or fails: it is kept; close again if this process ends [EVT141]"
    )]
    Pending,
    /// Too much waits for the store already. The operation stays open.
    #[error("too many events wait for the event store: close `{0}` again later [EVT144]")]
    NoRoom(EventId),
    /// The store cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The stored opening is damaged.
    #[error(transparent)]
    Damaged(#[from] InvalidEvent),
    /// The manager records nothing, or has stopped.
    #[error("this manager does not record, or has stopped: close the operation with one that records there [EVT142]")]
    Stopped,
}

impl EventManager {
    /// Closes an operation whose handler has returned, durably: a job does so when it is done.
    ///
    /// Idempotent: whoever comes later learns how it was closed, and nothing more is recorded.
    ///
    /// # Errors
    /// See [`CloseError`]. Cancel-safe: the closing is stored or not, never half.
    ///
    /// ```
    /// # use events_core::{Closed, Ending, EventManager, EventId};
    /// # async fn demo(manager: &EventManager, operation: EventId) -> Result<(), events_core::CloseError> {
    /// match manager.close(operation, Ending::COMPLETED).await? {
    ///     Closed::Now => {}
    ///     Closed::Before(closing) => println!("was closed before: {}", closing.event_type),
    ///     _ => {}
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn close(&self, operation: EventId, closing: impl Into<Closing>) -> Result<Closed, CloseError> {
        let Closing { ending, said } = closing.into();
        let shared = self.shared().ok_or(CloseError::Stopped)?.clone();
        let id = operation.opening();
        let job = shared.clone();
        let read = move || {
            let late = job.journal.get(closing::late_id(id))?.is_some();
            Ok::<_, JournalError>((job.journal.get(id)?, job.journal.get(id.closing())?, job.said(id)?, late))
        };
        let (opening, closed, before, late) = shared.sweeper.run(read).await.ok_or(CloseError::Stopped)??;
        let opening = opening.ok_or(CloseError::Unknown(operation))?;
        if Event::from_document(&opening)?.deadline.is_none() {
            return Err(CloseError::NotDeferred(operation));
        }
        let entry = closing::of_stored(&opening, &ending, before.and_then(said), shared.clock.now())?;
        if let Some(stored) = closed {
            // The queue keeps a late ending; anything else would only be refused again.
            if !late && let Some(late) = closing::late_ending(&entry.document, &stored, shared.clock.now())? {
                self.store(late).await?;
            }
            return Ok(Closed::Before(Box::new(Event::from_document(&stored)?)));
        }
        match self.store(entry).await? {
            Some(stored) => Ok(Closed::Before(Box::new(Event::from_document(&stored)?))),
            None => Ok(Closed::Now),
        }
    }

    /// Stores an event that is kept; answers what is stored in its place.
    async fn store(&self, entry: crate::Entry) -> Result<Option<Bytes>, CloseError> {
        let shared = self.shared().ok_or(CloseError::Stopped)?;
        let (id, receipt) = (entry.id, Arc::new(Receipt::default()));
        let room = shared.room_to_wait(entry.document.len()).await.ok_or(CloseError::NoRoom(id.opening()))?;
        let ticket = Ticket::Kept(receipt.clone());
        shared.hand_over(Item { room: Some(Arc::new(room)), ..Item::new(entry, ticket) });
        match poll_fn(|task| receipt.poll(task)).await {
            Learned::Answered(Answer::Stored) => Ok(None),
            Learned::Answered(Answer::Lost(stored)) => Ok(Some(*stored)),
            Learned::Answered(Answer::NoOpening) => Err(CloseError::Unknown(id.opening())),
            // What is kept is turned away by a manager that stops, and by nobody else.
            Learned::Answered(Answer::NotStored(_) | Answer::Unknown(_)) => Err(CloseError::Stopped),
            Learned::Withdrawn | Learned::Overdue => Err(CloseError::Pending),
        }
    }

    /// Operations that have begun and are not closed, oldest first: running ones and deferred ones.
    ///
    /// # Errors
    /// The store cannot be read. Cancel-safe.
    pub async fn open_operations(&self) -> Result<Vec<OpenOperation>, CloseError> {
        let shared = self.shared().ok_or(CloseError::Stopped)?.clone();
        let job = shared.clone();
        Ok(shared.sweeper.run(move || job.journal.open_operations()).await.ok_or(CloseError::Stopped)??)
    }
}
