//! An argument that nobody reads is still warned about.

#![deny(unused_variables)]

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
//                                      ^^^^^ unused_variables
    drop(id);
    Ok(())
}
