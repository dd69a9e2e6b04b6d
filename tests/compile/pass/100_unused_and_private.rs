//! A private function that nobody calls.

use scene::*;

#[action(event = "deployment.start")]
async fn start(id: Href<Deployment>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
