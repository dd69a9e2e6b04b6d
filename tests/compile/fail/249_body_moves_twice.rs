//! An error of the borrow checker is the user's, at the user's line.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    drop(id);
//       ^^ E0382
    Ok(())
}
