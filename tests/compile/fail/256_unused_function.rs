//! A function that nobody calls is still warned about.

#![deny(dead_code)]

use scene::*;

#[action(event = "nuvlabox.reboot")]
async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
//       ^^^^^^ dead_code
    drop(id);
    Ok(())
}
