//! A misspelt add, edit or delete is not declared either.

use scene::*;

#[action(event = "deployment.delte")]
//               ^^^^^^^^^^^^^^^^^^ EVT051
pub async fn delete(id: Href<Deployment>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
