//! Two attributes on one method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot")]
    #[action(event = "nuvlabox.start")]
//    ^^^^^^ EVT035
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
