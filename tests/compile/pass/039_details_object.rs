//! A details value.

use scene::*;

#[action(event = "nuvlabox.reboot", details = options)]
pub async fn reboot(id: Href<Nuvlabox>, options: Options) -> Result<(), ApiError> {
    drop((id, options));
    Ok(())
}
