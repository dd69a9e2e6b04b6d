//! Details of expressions, with their types.

use scene::*;

#[action(event = "nuvlabox.reboot", details(size: usize = id.as_str().len(), why: Option<&str> = None))]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
