//! A return type that is no `Result`.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: Href<Nuvlabox>) -> u32 {
//                                         ^^^ EVT036
    drop(id);
    7
}
