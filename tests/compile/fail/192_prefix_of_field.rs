//! The resource is a field, whose type only the compiler knows.

use scene::*;

pub struct Fleet {
    pub first: Href<Nuvlabox>,
}

impl Fleet {
    #[action(event = "deployment.start", resource = self.first)]
//                   ^^^^^^^^^^^^^^^^^^ EVT054
    pub async fn start(&self) -> Result<(), ApiError> {
        Ok(())
    }
}
