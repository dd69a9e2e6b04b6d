//! `resource` names an argument. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "deployment.reboot", resource = nuvlabox)]
//                   ^^^^^^^^^^^^^^^^^^^ EVT050
    pub async fn start(&self, nuvlabox: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(nuvlabox);
        Ok(())
    }
}
