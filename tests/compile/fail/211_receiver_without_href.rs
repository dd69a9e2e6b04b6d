//! A receiver that holds no href.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "fleet.start")]
    pub async fn start(&self) -> Result<(), ApiError> {
//                      ^^^^ EVT037
        Ok(())
    }
}
