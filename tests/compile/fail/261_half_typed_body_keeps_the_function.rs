//! A body that is being typed, in a function that others call: they find it.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id.);
//          ^ Error
    Ok(())
}

pub async fn caller(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    reboot(id).await
}
