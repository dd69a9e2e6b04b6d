//! The `id` stands in a tuple in a pattern.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(Path((n, id)): Path<(u32, Href<Nuvlabox>)>) -> Result<(), ApiError> {
    drop((n, id));
    Ok(())
}
