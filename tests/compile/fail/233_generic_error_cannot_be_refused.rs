//! A generic error that nothing says can carry a refusal.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot<E: Send>(id: Href<Nuvlabox>) -> Result<(), E> {
//                                                  ^^^^^^^^^^^^^ EVT036
    drop(id);
    Ok(())
}
