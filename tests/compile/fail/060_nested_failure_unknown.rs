//! A choice that is none.

use scene::*;

#[action(event = "nuvlabox.reboot", on_nested_failure = ignore)]
//                                                      ^^^^^^ EVT006
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
