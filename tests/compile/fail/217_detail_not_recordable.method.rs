//! A detail of a method whose type does not say that it may be recorded.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", details(secret))]
//                                              ^^^^^^ EVT027
    pub async fn reboot(&self, id: Href<Nuvlabox>, secret: Secret) -> Result<(), ApiError> {
        drop((id, secret));
        Ok(())
    }
}
