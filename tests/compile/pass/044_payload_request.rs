//! An argument in the payload.

use scene::*;

#[action(event = "nuvlabox.reboot", payload(request = options))]
pub async fn reboot(id: Href<Nuvlabox>, options: Options) -> Result<(), ApiError> {
    drop((id, options));
    Ok(())
}
