//! In a private function that nobody calls.

use scene::*;

#[action(event = "deployment.strat")]
//               ^^^^^^^^^^^^^^^^^^ EVT051
async fn start(id: Href<Deployment>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
