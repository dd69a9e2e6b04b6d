//! A closed set, in a method with a const parameter.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "deployment.strat")]
//                   ^^^^^^^^^^^^^^^^^^ EVT051
    pub async fn start<const N: usize>(&self, id: Href<Deployment>, with: [u8; N]) -> Result<(), ApiError> {
        drop((id, with));
        Ok(())
    }
}
