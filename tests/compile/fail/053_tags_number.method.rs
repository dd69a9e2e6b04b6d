//! A tag is a string. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", tags(3))]
//                                           ^ EVT005
    pub async fn reboot(&self, id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
        drop((id, force));
        Ok(())
    }
}
