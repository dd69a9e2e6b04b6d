//! What a clone made is linked.

use scene::*;

#[action(event = "nuvlabox.clone", created = made)]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<Href<Nuvlabox>, ApiError> {
    Ok(id)
}

pub fn made(returned: &Result<Href<Nuvlabox>, ApiError>) -> Option<Href<Nuvlabox>> {
    returned.as_ref().ok().cloned()
}
