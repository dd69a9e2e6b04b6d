//! What is returned waits while the closing is stored: the future can be sent where the output can.

use scene::*;

use std::rc::Rc;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<Rc<u8>, ApiError> {
    drop(id);
    Ok(Rc::new(7))
}

pub fn sent(_: impl Send) {}

pub fn send(id: Href<Nuvlabox>) {
    sent(reboot(id));
//       ^^^^^^^^^^ Error
}
