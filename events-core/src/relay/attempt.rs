//! One delivery, whatever the destination does: it may panic, or never end.

use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use super::Relay;
use crate::{destination::Delivery, journal::Sequenced};

/// An answer for each event; or why there is none, so that nobody knows what was delivered.
pub(super) type Answers = Result<Vec<Delivery>, String>;

/// Delivers a batch once, as soon as the destination has room for it. Cancelled, it has delivered any part.
pub(super) async fn attempt(relay: Arc<Relay>, batch: Arc<[Sequenced]>, within: Duration) -> Answers {
    let Ok(_slot) = relay.slots.acquire().await else { return Err("the relay has ended".to_owned()) };
    let answers = limited(within, async { relay.destination.deliver(&batch).await }).await?;
    if answers.len() == batch.len() {
        Ok(answers)
    } else {
        Err(format!("it answered for {} of {} events", answers.len(), batch.len()))
    }
}

/// What a future of somebody else's code answers; or that it did not, within a limit, or because it panicked.
pub(super) async fn limited<F: Future>(within: Duration, future: F) -> Result<F::Output, String> {
    // Dropped inside as well: that may panic too.
    let mut limited = Box::pin(async move { tokio::time::timeout(within, future).await });
    poll_fn(|task| match catch_unwind(AssertUnwindSafe(|| limited.as_mut().poll(task))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(Ok(answer))) => Poll::Ready(Ok(answer)),
        Ok(Poll::Ready(Err(_elapsed))) => Poll::Ready(Err(format!("it did not answer within {within:?}"))),
        Err(_panic) => Poll::Ready(Err("it panicked".to_owned())),
    })
    .await
}
