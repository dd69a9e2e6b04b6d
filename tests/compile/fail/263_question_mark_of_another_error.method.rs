//! An error of the body that does not become that of the function. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot")]
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<u8, ApiError> {
        drop(id);
        let answer = "7".parse::<u8>()?;
//                                    ^ E0277
        Ok(answer)
    }
}
