//! What is behind an early return is still warned about. On a method.

#![deny(unreachable_code)]

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot")]
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        return Ok(());
        drop(id);
//      ^^^^^^^^^ unreachable_code
    }
}
