//! `created` answers an href, or none.

use scene::*;

#[action(event = "nuvlabox.add", created = ask)]
//                                         ^^^ EVT038
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    todo!()
}

pub fn ask(_: &Result<(), ApiError>) -> Option<u32> {
    None
}
