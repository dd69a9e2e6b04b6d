//! A field that the details type lacks: the compiler's own error.

use scene::*;

#[action(event = "nuvlabox.reboot", details = Options { forse: true, release: None })]
//                                                      ^^^^^ E0560
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
