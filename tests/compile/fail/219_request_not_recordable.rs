//! An argument in the payload that may not be recorded.

use scene::*;

#[action(event = "nuvlabox.reboot", payload(request = secret))]
//                                                    ^^^^^^ EVT027
pub async fn reboot(id: Href<Nuvlabox>, secret: Secret) -> Result<(), ApiError> {
    drop((id, secret));
    Ok(())
}
