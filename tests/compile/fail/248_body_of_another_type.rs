//! An error in the body is the user's, at the user's line.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<u8, ApiError> {
    drop(id);
    let answer: u8 = "seven";
//                   ^^^^^^^ E0308
    Ok(answer)
}
