//! What the body gives is not what the signature says.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<u8, ApiError> {
    drop(id);
    Ok("seven")
//     ^^^^^^^ E0308
}
