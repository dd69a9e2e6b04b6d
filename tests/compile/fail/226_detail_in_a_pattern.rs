//! A detail from a pattern that does not show its type.

use scene::*;

#[action(event = "nuvlabox.reboot", details(force))]
//                                          ^^^^^ EVT028
pub async fn reboot(id: Href<Nuvlabox>, Options { force, .. }: Options) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
