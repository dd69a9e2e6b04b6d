//! Mistakes of the attribute and of the function are reported together.

use scene::*;

#[action(event = "nuvlabox.Reboot", tags(3))]
//               ^^^^^^^^^^^^^^^^^ EVT011
//                                       ^ EVT005
pub fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
//  ^^ EVT031
    drop(id);
    Ok(())
}
