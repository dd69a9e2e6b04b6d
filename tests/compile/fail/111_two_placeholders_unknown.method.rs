//! Two mistakes in one message are two errors. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", message = "{user} {host}")]
//                                                ^^^^^^^^^^^^^^^ EVT022
//                                                ^^^^^^^^^^^^^^^ EVT022
    pub async fn reboot(&self, id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
        drop((id, force));
        Ok(())
    }
}
