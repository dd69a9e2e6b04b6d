//! All mistakes of one attribute are reported at once.

use scene::*;

#[action(evnt = "nuvlabox.reboot", category = "actoin", severity = "hihg", version = 0)]
//       ^^^^ EVT001
//                                            ^^^^^^^^ EVT013
//                                                                 ^^^^^^ EVT014
//                                                                                   ^ EVT025
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
