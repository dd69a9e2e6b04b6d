//! A detail from a pattern, with its type.

use scene::*;

#[action(event = "nuvlabox.reboot", details(force: bool))]
pub async fn reboot(id: Href<Nuvlabox>, Options { force, .. }: Options) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
