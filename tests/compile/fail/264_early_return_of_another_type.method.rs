//! An early return of what the signature does not say. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot")]
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<u8, ApiError> {
        if id.to_string().is_empty() {
            return Err("empty");
//                     ^^^^^^^ E0308
        }
        Ok(7)
    }
}
