//! A future is `Send` when the plain one and its output are, and may be neither.

use std::{cell::Cell, rc::Rc};

use events::{Href, action};

use crate::fixture::{Error, Machine, id, recorded};

#[action(event = "machine.send")]
async fn sent(id: Href<Machine>, cell: Cell<u8>) -> Result<Cell<u8>, Error> {
    tokio::task::yield_now().await;
    cell.set(id.id().len().try_into().map_err(|_| Error)?);
    Ok(cell)
}

#[action(event = "machine.not-send")]
#[allow(clippy::future_not_send, reason = "this is what it is about")]
async fn kept(id: Href<Machine>, shared: Rc<u8>) -> Result<Rc<u8>, Error> {
    tokio::task::yield_now().await;
    drop(id);
    Ok(shared)
}

const fn is_send<T: Send>(value: T) -> T {
    value
}

#[test]
fn send_stays_send_and_the_rest_runs_all_the_same() {
    let (out, events) = recorded(async {
        let sent = is_send(sent(id(), Cell::new(0))).await.map(|cell| cell.get());
        (sent, kept(id(), Rc::new(7)).await)
    });
    assert_eq!(out, (Ok(1), Ok(Rc::new(7))));
    assert_eq!(events, 4);
}
