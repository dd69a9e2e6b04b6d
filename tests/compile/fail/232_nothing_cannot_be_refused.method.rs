//! A function that returns nothing. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot")]
    pub async fn reboot(&self, id: Href<Nuvlabox>) {
//               ^^^^^^ EVT036
        drop(id);
    }
}
