//! A return type that is no `Result`. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot")]
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> u32 {
//                                                    ^^^ EVT036
        drop(id);
        7
    }
}
