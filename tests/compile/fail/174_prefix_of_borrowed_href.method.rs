//! The same with a borrowed href. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "deployment.reboot")]
//                   ^^^^^^^^^^^^^^^^^^^ EVT050
    pub async fn start(&self, id: &Href<Nuvlabox>) -> Result<(), ApiError> {
        let _ = id;
        Ok(())
    }
}
