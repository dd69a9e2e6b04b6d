//! Lints of the body are the user's, at the user's line. On a method.

#![deny(unused_must_use)]

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot")]
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        "7".parse::<u8>();
//      ^^^^^^^^^^^^^^^^^ unused_must_use
        Ok(())
    }
}
