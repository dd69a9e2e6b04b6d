//! A struct without `#[category]`. On a method.

use scene::*;

pub struct Travel;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", category = Travel)]
//                                                 ^^^^^^ EVT047
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
