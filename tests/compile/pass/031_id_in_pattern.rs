//! The `id` stands in a pattern.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(Path(id): Path<Href<Nuvlabox>>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
