//! `on_nested_failure` with a string.

use scene::*;

#[action(event = "nuvlabox.reboot", on_nested_failure = "continue")]
//                                                      ^^^^^^^^^^ EVT003
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
