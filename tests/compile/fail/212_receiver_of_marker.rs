//! A resource type without a field `id` says by its href which one it is.

use scene::*;

#[resource(events)]
pub struct Fleet;

impl Fleet {
    #[action(event = "fleet.start")]
    pub async fn start(&self) -> Result<(), ApiError> {
//                      ^^^^ EVT037
        Ok(())
    }
}
