//! A function that says how it ended.

use scene::*;

#[action(event = "nuvlabox.reboot", outcome = ended)]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}

pub fn ended(returned: &Result<(), ApiError>) -> Ending {
    match returned {
        Ok(()) => Ending::COMPLETED,
        Err(_) => Ending::from_status(403),
    }
}
