//! `delete` is about one resource. On an associated function.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.delete")]
    pub async fn delete(name: String) -> Result<(), ApiError> {
//               ^^^^^^ EVT030
        drop(name);
        Ok(())
    }
}
