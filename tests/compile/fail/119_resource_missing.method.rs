//! An associated function has no receiver.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot")]
    pub async fn reboot(name: String) -> Result<(), ApiError> {
//               ^^^^^^ EVT030
        drop(name);
        Ok(())
    }
}
