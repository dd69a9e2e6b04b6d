//! An `add` that knows beforehand what it adds.

use scene::*;

#[action(event = "nuvlabox.add", resource = id)]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
