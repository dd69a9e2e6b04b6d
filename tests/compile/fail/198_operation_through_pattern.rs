//! The href stands in a pattern.

use scene::*;

#[action(event = "deployment.stopp")]
//               ^^^^^^^^^^^^^^^^^^ EVT051
pub async fn start(Path(id): Path<Href<Deployment>>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
