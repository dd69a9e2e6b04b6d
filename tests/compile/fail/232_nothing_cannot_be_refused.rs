//! A function that returns nothing.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: Href<Nuvlabox>) {
//           ^^^^^^ EVT036
    drop(id);
}
