//! A link is an expression. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", linked(=))]
//                                             ^ EVT005
    pub async fn reboot(&self, id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
        drop((id, force));
        Ok(())
    }
}
