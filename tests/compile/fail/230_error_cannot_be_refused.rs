//! An error that cannot carry a refusal.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), Hopeless> {
//                                         ^^^^^^^^^^^^^^^^^^^^ EVT036
    drop(id);
    Ok(())
}
