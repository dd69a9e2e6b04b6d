//! A detail of a generic type that nothing says may be recorded.

use scene::*;

#[action(event = "nuvlabox.reboot", details(with))]
//                                          ^^^^ EVT027
pub async fn reboot<T: Send>(id: Href<Nuvlabox>, with: T) -> Result<(), ApiError> {
    drop((id, with));
    Ok(())
}
