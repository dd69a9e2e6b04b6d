//! An optional `id`.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: Option<Href<Nuvlabox>>) -> Result<(), ApiError> {
//                  ^^ EVT037
    drop(id);
    Ok(())
}
