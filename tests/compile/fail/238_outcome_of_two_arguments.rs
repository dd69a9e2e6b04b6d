//! `outcome` takes one argument.

use scene::*;

#[action(event = "nuvlabox.reboot", outcome = ask)]
//                                            ^^^ E0308
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    todo!()
}

pub fn ask(_: &Result<(), ApiError>, _: bool) -> Ending {
    Ending::COMPLETED
}
