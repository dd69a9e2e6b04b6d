//! An error in the body is the user's, at the user's line. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot")]
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<u8, ApiError> {
        drop(id);
        let answer: u8 = "seven";
//                       ^^^^^^^ E0308
        Ok(answer)
    }
}
