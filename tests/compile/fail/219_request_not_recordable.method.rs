//! An argument in the payload that may not be recorded. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", payload(request = secret))]
//                                                        ^^^^^^ EVT027
    pub async fn reboot(&self, id: Href<Nuvlabox>, secret: Secret) -> Result<(), ApiError> {
        drop((id, secret));
        Ok(())
    }
}
