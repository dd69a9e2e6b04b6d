//! `event =`, while it is being typed. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event =)]
//           ^^^^^ EVT003
    pub async fn reboot(&self, id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
        drop((id, force));
        Ok(())
    }
}
