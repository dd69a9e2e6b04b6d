//! `delete` is about one resource.

use scene::*;

#[action(event = "nuvlabox.delete")]
pub async fn delete() -> Result<(), ApiError> {
//           ^^^^^^ EVT030
    Ok(())
}
