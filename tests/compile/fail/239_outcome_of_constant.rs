//! `outcome` is a function.

use scene::*;

#[action(event = "nuvlabox.reboot", outcome = ask)]
//                                            ^^^ E0308
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    todo!()
}

#[allow(non_upper_case_globals)]
pub const ask: u8 = 1;
