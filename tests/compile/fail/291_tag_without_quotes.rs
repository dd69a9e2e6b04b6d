//! A tag is a string, and is spelt as it is written.

use scene::*;

#[action(event = "nuvlabox.reboot", tags(Paid_EU))]
//                                       ^^^^^^^ EVT005
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
