//! The attribute alone. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action]
//  ^^^^^^^^^ EVT004
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
