//! The event type without its key. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action("nuvlabox.reboot")]
//           ^^^^^^^^^^^^^^^^^ EVT005
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
