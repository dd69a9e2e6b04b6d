//! A method under `#[async_trait]` whose error cannot carry a refusal.

use scene::*;

#[async_trait::async_trait]
pub trait Start {
    async fn start(&self, id: Href<Nuvlabox>) -> Result<(), Hopeless>;
}

pub struct Fleet;

#[async_trait::async_trait]
impl Start for Fleet {
    #[action(event = "nuvlabox.start")]
    async fn start(&self, id: Href<Nuvlabox>) -> Result<(), Hopeless> {
//                                               ^^^^^^^^^^^^^^^^^^^^ EVT036
        drop(id);
        Ok(())
    }
}
