//! An event type without quotes. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = nuvlabox.reboot)]
//                   ^^^^^^^^^^^^^^^ EVT003
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
