//! The href stands in a tuple in a pattern. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "deployment.reboot")]
//                   ^^^^^^^^^^^^^^^^^^^ EVT050
    pub async fn start(&self, Path((n, id)): Path<(u32, Href<Nuvlabox>)>) -> Result<(), ApiError> {
        drop((n, id));
        Ok(())
    }
}
