//! A message with a misspelt detail. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", details(force), message = "{details.forse}")]
//                                                                ^^^^^^^^^^^^^^^^^ EVT022
    pub async fn reboot(&self, id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
        drop((id, force));
        Ok(())
    }
}
