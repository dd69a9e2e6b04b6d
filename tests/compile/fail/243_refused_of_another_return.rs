//! `refused` gives what the function returns.

use scene::*;

#[action(event = "nuvlabox.reboot", refused = ask)]
//                                            ^^^ EVT038
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    todo!()
}

pub fn ask(_: Refused) -> u32 {
    7
}
