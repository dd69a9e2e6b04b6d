//! A generic function that says how it ended.

use scene::*;

#[action(event = "nuvlabox.reboot", outcome = ended)]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}

pub fn ended<T, E>(returned: &Result<T, E>) -> Ending {
    if returned.is_ok() { Ending::COMPLETED } else { Ending::failed(Reason::Error) }
}
