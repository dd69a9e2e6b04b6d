//! `refused` is given the refusal.

use scene::*;

#[action(event = "nuvlabox.reboot", refused = ask)]
//                                            ^^^ EVT038
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    todo!()
}

pub fn ask(_: u32) -> Result<(), ApiError> {
    Ok(())
}
