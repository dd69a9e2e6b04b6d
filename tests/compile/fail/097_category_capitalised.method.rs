//! Categories are lower case. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", category = "State")]
//                                                 ^^^^^^^ EVT013
    pub async fn reboot(&self, id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
        drop((id, force));
        Ok(())
    }
}
