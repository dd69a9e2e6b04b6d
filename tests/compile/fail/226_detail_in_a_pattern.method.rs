//! A detail from a pattern that does not show its type. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", details(force))]
//                                              ^^^^^ EVT028
    pub async fn reboot(&self, id: Href<Nuvlabox>, Options { force, .. }: Options) -> Result<(), ApiError> {
        drop((id, force));
        Ok(())
    }
}
