//! `resource` with an expression of another type. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", resource = name.len())]
//                                                 ^^^^^^^^^^ EVT037
    pub async fn reboot(&self, name: String) -> Result<(), ApiError> {
        drop(name);
        Ok(())
    }
}
