//! In a function with a constant parameter.

use scene::*;

#[action(event = "deployment.strat")]
//               ^^^^^^^^^^^^^^^^^^ EVT051
pub async fn start<const N: usize>(id: Href<Deployment>, with: [u8; N]) -> Result<(), ApiError> {
    drop((id, with));
    Ok(())
}
