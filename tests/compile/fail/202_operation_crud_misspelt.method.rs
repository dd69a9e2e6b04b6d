//! A misspelt add, edit or delete is not declared either. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "deployment.delte")]
//                   ^^^^^^^^^^^^^^^^^^ EVT051
    pub async fn delete(&self, id: Href<Deployment>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
