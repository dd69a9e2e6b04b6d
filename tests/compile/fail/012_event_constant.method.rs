//! The event is written where it can be checked, not in a constant. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = EVENT)]
//                   ^^^^^ EVT003
    pub async fn reboot(&self, id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
        drop((id, force));
        Ok(())
    }
}
