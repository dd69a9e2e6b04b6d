//! Two mistakes in two functions are two errors.

use scene::*;

#[action(event = "deployment.strat")]
//               ^^^^^^^^^^^^^^^^^^ EVT051
pub async fn start(id: Href<Deployment>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}

#[action(event = "nuvlabox.stop")]
//               ^^^^^^^^^^^^^^^ EVT050
pub async fn stop(id: Href<Deployment>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
