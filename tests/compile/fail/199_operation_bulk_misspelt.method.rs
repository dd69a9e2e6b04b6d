//! The bulk form of a misspelt operation. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "deployment.bulk-strat", resource = id)]
//                   ^^^^^^^^^^^^^^^^^^^^^^^ EVT051
    pub async fn start(&self, id: Href<Deployment>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
