//! A version that no number holds. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", version = 99999999999)]
//                                                ^^^^^^^^^^^ EVT025
    pub async fn reboot(&self, id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
        drop((id, force));
        Ok(())
    }
}
