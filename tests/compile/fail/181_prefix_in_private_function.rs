//! In a private function that nobody calls.

use scene::*;

#[action(event = "deployment.reboot")]
//               ^^^^^^^^^^^^^^^^^^^ EVT050
async fn start(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
