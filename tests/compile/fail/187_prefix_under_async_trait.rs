//! Under `#[async_trait]`.

use scene::*;

#[async_trait::async_trait]
pub trait Start {
    async fn start(&self, id: Href<Nuvlabox>) -> Result<(), ApiError>;
}

pub struct Fleet;

#[async_trait::async_trait]
impl Start for Fleet {
    #[action(event = "deployment.start")]
//                   ^^^^^^^^^^^^^^^^^^ EVT050
    async fn start(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
