//! The resource is a field, whose type only the compiler knows.

use scene::*;

pub struct Fleet {
    pub first: Href<Deployment>,
}

impl Fleet {
    #[action(event = "deployment.strat", resource = self.first)]
//                   ^^^^^^^^^^^^^^^^^^ EVT054
    pub async fn start(&self) -> Result<(), ApiError> {
        Ok(())
    }
}
