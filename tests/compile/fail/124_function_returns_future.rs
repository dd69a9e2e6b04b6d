//! A future that is built by hand.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub fn reboot(id: Href<Nuvlabox>) -> impl Future<Output = Result<(), ApiError>> {
//  ^^ EVT031
    drop(id);
    async { Ok(()) }
}
