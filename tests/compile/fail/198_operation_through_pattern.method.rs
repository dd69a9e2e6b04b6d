//! The href stands in a pattern. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "deployment.stopp")]
//                   ^^^^^^^^^^^^^^^^^^ EVT051
    pub async fn start(&self, Path(id): Path<Href<Deployment>>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
