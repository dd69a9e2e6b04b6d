//! An operation that is like none of a closed set. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "deployment.reboot")]
//                   ^^^^^^^^^^^^^^^^^^^ EVT051
    pub async fn start(&self, id: Href<Deployment>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
