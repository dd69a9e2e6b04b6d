//! An early return of what the signature does not say.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<u8, ApiError> {
    if id.to_string().is_empty() {
        return Err("empty");
//                 ^^^^^^^ E0308
    }
    Ok(7)
}
