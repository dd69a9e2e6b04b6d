//! An operation that is like none of a closed set.

use scene::*;

#[action(event = "deployment.reboot")]
//               ^^^^^^^^^^^^^^^^^^^ EVT051
pub async fn start(id: Href<Deployment>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
