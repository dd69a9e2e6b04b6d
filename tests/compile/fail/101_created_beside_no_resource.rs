//! Something was made, and there is nothing.

use scene::*;

#[action(event = "nuvlabox.add", resource = none, created = added)]
//                                                          ^^^^^ EVT016
pub async fn add(name: String) -> Result<(), ApiError> {
    drop(name);
    Ok(())
}

pub fn added(_: &Result<(), ApiError>) -> Option<Href<Nuvlabox>> {
    None
}
