//! `late-ending` belongs to closings. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.late-ending")]
//                   ^^^^^^^^^^^^^^^^^^^^^^ EVT012
    pub async fn reboot(&self, id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
        drop((id, force));
        Ok(())
    }
}
