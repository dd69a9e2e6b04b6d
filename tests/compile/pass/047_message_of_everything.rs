//! A message with every placeholder and a brace.

use scene::*;

#[action(event = "nuvlabox.reboot", details(new_force: bool = force), message = "{caller} {{}} {resource} {details.new_force} {details.new-force}")]
pub async fn reboot(id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
    drop((id, force));
    Ok(())
}
