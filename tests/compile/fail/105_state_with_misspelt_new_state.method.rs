//! Category `state` with a misspelt detail. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", category = "state", details(new_stat: bool = force))]
//                                                 ^^^^^^^ EVT021
    pub async fn reboot(&self, id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
        drop((id, force));
        Ok(())
    }
}
