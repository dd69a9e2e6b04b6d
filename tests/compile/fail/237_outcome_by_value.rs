//! `outcome` borrows the return value.

use scene::*;

#[action(event = "nuvlabox.reboot", outcome = ask)]
//                                            ^^^ EVT038
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    todo!()
}

pub fn ask(_: Result<(), ApiError>) -> Ending {
    Ending::COMPLETED
}
