//! The href stands in a pattern.

use scene::*;

#[action(event = "deployment.reboot")]
//               ^^^^^^^^^^^^^^^^^^^ EVT050
pub async fn start(Path(id): Path<Href<Nuvlabox>>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
