//! An `add` with a function that says what it added.

use scene::*;

#[action(event = "nuvlabox.add", created = added)]
pub async fn reboot(name: String) -> Result<String, ApiError> {
    Ok(name)
}

pub fn added(returned: &Result<String, ApiError>) -> Option<String> {
    returned.as_ref().ok().cloned()
}
