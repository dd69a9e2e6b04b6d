//! The prefix, in a generic method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "deployment.reboot")]
//                   ^^^^^^^^^^^^^^^^^^^ EVT050
    pub async fn start<T: Send>(&self, id: Href<Nuvlabox>, with: T) -> Result<(), ApiError> {
        drop((id, with));
        Ok(())
    }
}
