//! A misspelt operation of a closed set: the nearest is named, the declared ones are listed.

use scene::*;

#[action(event = "deployment.strat")]
//               ^^^^^^^^^^^^^^^^^^ EVT051
pub async fn start(id: Href<Deployment>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
