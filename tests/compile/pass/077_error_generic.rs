//! An error that is generic, and can carry a refusal.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot<E: From<Refused>>(id: Href<Nuvlabox>) -> Result<(), E> {
    drop(id);
    Ok(())
}
