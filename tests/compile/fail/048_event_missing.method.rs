//! A method that does not say its event, beside other keys.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(severity = "high")]
//  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ EVT004
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
