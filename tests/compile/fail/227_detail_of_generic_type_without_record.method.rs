//! A detail of a generic type that nothing says may be recorded. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", details(with))]
//                                              ^^^^ EVT027
    pub async fn reboot<T: Send>(&self, id: Href<Nuvlabox>, with: T) -> Result<(), ApiError> {
        drop((id, with));
        Ok(())
    }
}
