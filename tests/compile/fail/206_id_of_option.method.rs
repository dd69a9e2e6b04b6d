//! An optional `id`. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot")]
    pub async fn reboot(&self, id: Option<Href<Nuvlabox>>) -> Result<(), ApiError> {
//                             ^^ EVT037
        drop(id);
        Ok(())
    }
}
