//! A resource type that nobody keeps as a struct.

use scene::*;

#[action(event = "session.close")]
pub async fn close(id: Href<Session>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
