//! A generic function, with a bound on what is recorded.

use scene::*;

#[action(event = "nuvlabox.reboot", details(with))]
pub async fn reboot<T: Record + Send>(id: Href<Nuvlabox>, with: T) -> Result<(), ApiError> {
    drop((id, with));
    Ok(())
}
