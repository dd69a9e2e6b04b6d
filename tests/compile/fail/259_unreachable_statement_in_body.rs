//! What is behind an early return is still warned about.

#![deny(unreachable_code)]

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    return Ok(());
    drop(id);
//  ^^^^^^^^^ unreachable_code
}
