//! A misspelt placeholder: the nearest is named. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", message = "{resurce} is down")]
//                                                ^^^^^^^^^^^^^^^^^^^ EVT022
    pub async fn reboot(&self, id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
        drop((id, force));
        Ok(())
    }
}
