//! In a private function that nobody calls. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "deployment.reboot")]
//                   ^^^^^^^^^^^^^^^^^^^ EVT050
    async fn start(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
