//! An operation of a closed set.

use scene::*;

#[action(event = "deployment.start")]
pub async fn start(id: Href<Deployment>) -> Result<(), ApiError> {
    Ok(())
}
