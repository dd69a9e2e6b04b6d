//! A context that is given.

use scene::*;

#[action(event = "nuvlabox.reboot", ctx = context)]
pub async fn reboot(id: Href<Nuvlabox>, context: Context) -> Result<(), ApiError> {
    drop((id, context));
    Ok(())
}
