//! Lints of the body are the user's, at the user's line.

#![deny(unused_must_use)]

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    "7".parse::<u8>();
//  ^^^^^^^^^^^^^^^^^ unused_must_use
    Ok(())
}
