//! A context behind pointers, and one that is made.

use scene::*;

#[action(event = "nuvlabox.reboot", ctx = &context)]
pub async fn reboot(id: Href<Nuvlabox>, context: std::sync::Arc<Context>) -> Result<(), ApiError> {
    drop((id, context));
    Ok(())
}
