//! Inside another operation it is refused, too.

use scene::*;

#[action(event = "nuvlabox.reboot", on_nested_failure = refuse)]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
