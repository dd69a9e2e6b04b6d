//! Lifetimes in arguments and return type.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot<'a>(id: &'a Href<Nuvlabox>) -> Result<&'a str, ApiError> {
    Ok(id.as_str())
}
