//! An `id` that does not say which resource it is about. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot")]
    pub async fn reboot(&self, id: u64) -> Result<(), ApiError> {
//                             ^^ EVT037
        drop(id);
        Ok(())
    }
}
