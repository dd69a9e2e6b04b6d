//! An `add` that returns the href.

use scene::*;

#[action(event = "nuvlabox.add")]
pub async fn reboot(name: String) -> Result<Href<Nuvlabox>, ApiError> {
    drop(name);
    Err(ApiError)
}
