//! A type with a lifetime.

use scene::*;

#[action(event = "deployment.reboot")]
//               ^^^^^^^^^^^^^^^^^^^ EVT050
pub async fn start<'a>(id: &'a Href<Nuvlabox>) -> Result<&'a str, ApiError> {
    Ok(id.as_str())
}
