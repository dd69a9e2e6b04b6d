//! Two names that are one in kebab-case. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", details(force, new_state: u8 = 1, newState: u8 = 1))]
//                                                                        ^^^^^^^^ EVT020
    pub async fn reboot(&self, id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
        drop((id, force));
        Ok(())
    }
}
