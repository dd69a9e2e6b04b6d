//! The type of a closing event. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot.completed")]
//                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ EVT012
    pub async fn reboot(&self, id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
        drop((id, force));
        Ok(())
    }
}
