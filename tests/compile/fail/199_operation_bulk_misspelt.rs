//! The bulk form of a misspelt operation.

use scene::*;

#[action(event = "deployment.bulk-strat", resource = id)]
//               ^^^^^^^^^^^^^^^^^^^^^^^ EVT051
pub async fn start(id: Href<Deployment>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
