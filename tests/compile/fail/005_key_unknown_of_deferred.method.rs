//! A misspelt key of `deferred`. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", deferred(withn = "1h"))]
//                                               ^^^^^ EVT001
    pub async fn reboot(&self, id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
        drop((id, force));
        Ok(())
    }
}
