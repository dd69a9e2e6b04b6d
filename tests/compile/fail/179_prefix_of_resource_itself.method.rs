//! The argument is the resource itself. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "deployment.reboot")]
//                   ^^^^^^^^^^^^^^^^^^^ EVT050
    pub async fn start(&self, id: &Nuvlabox) -> Result<(), ApiError> {
        let _ = id;
        Ok(())
    }
}
