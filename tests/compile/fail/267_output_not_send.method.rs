//! What is returned waits while the closing is stored: the future can be sent where the output can. On a method.

use scene::*;

use std::rc::Rc;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot")]
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<Rc<u8>, ApiError> {
        drop(id);
        Ok(Rc::new(7))
    }
}

pub fn sent(_: impl Send) {}

pub fn send(fleet: &Fleet, id: Href<Nuvlabox>) {
    sent(fleet.reboot(id));
//       ^^^^^^^^^^^^^^^^ Error
}
