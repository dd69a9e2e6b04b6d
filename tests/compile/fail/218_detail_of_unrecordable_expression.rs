//! An expression whose type does not say that it may be recorded.

use scene::*;

#[action(event = "nuvlabox.reboot", details(key: Secret = secret))]
//                                                        ^^^^^^ EVT027
pub async fn reboot(id: Href<Nuvlabox>, secret: Secret) -> Result<(), ApiError> {
    drop((id, secret));
    Ok(())
}
