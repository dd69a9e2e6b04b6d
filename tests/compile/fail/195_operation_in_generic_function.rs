//! In a generic function, with a concrete resource type.

use scene::*;

#[action(event = "deployment.strat")]
//               ^^^^^^^^^^^^^^^^^^ EVT051
pub async fn start<T: Send>(id: Href<Deployment>, with: T) -> Result<(), ApiError> {
    drop((id, with));
    Ok(())
}
