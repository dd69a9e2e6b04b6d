//! The href stands in a pattern. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "deployment.reboot")]
//                   ^^^^^^^^^^^^^^^^^^^ EVT050
    pub async fn start(&self, Path(id): Path<Href<Nuvlabox>>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
