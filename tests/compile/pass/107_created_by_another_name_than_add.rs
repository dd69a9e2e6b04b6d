//! What makes its resource without being called `add` is about nothing when it begins.

use scene::*;

#[action(event = "nuvlabox.clone", resource = none, created = made)]
pub async fn clone(name: String) -> Result<Href<Nuvlabox>, ApiError> {
    name.parse().map_err(|_| ApiError)
}

pub fn made(returned: &Result<Href<Nuvlabox>, ApiError>) -> Option<Href<Nuvlabox>> {
    returned.as_ref().ok().cloned()
}
