//! What the body gives is not what the signature says. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot")]
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<u8, ApiError> {
        drop(id);
        Ok("seven")
//         ^^^^^^^ E0308
    }
}
