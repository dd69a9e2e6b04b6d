//! A message that names a detail that is not recorded. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", message = "{details.size}")]
//                                                ^^^^^^^^^^^^^^^^ EVT022
    pub async fn reboot(&self, id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
        drop((id, force));
        Ok(())
    }
}
