//! `#[resource]` on a function.

use scene::*;

#[resource(events)]
pub async fn reboot(id: Href<Nuvlabox>) {
//        ^^ EVT040
    drop(id);
}
