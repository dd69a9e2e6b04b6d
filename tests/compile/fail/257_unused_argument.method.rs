//! An argument that nobody reads is still warned about. On a method.

#![deny(unused_variables)]

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot")]
    pub async fn reboot(&self, id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
//                                                 ^^^^^ unused_variables
        drop(id);
        Ok(())
    }
}
