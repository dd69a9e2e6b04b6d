//! A generic error of which nothing says that it can be made of a refusal. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot")]
    pub async fn reboot<E: Send>(&self, id: Href<Nuvlabox>) -> Result<(), E> {
//                                                             ^^^^^^^^^^^^^ EVT036
        drop(id);
        Ok(())
    }
}
