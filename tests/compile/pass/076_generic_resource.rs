//! A function for any resource type.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot<R: events::Resource>(id: &Href<R>) -> Result<(), ApiError> {
    let _ = id;
    Ok(())
}
