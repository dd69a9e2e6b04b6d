//! A value that cannot be sent, kept over an await of the body: it is named, at its line.

use std::rc::Rc;

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    let count = Rc::new(7);
    std::future::ready(()).await;
    drop((id, count));
    Ok(())
}

pub fn sent(_: impl Send) {}

pub fn send(id: Href<Nuvlabox>) {
    sent(reboot(id));
//       ^^^^^^^^^^ Error
}
