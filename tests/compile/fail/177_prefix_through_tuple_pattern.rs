//! The href stands in a tuple in a pattern.

use scene::*;

#[action(event = "deployment.reboot")]
//               ^^^^^^^^^^^^^^^^^^^ EVT050
pub async fn start(Path((n, id)): Path<(u32, Href<Nuvlabox>)>) -> Result<(), ApiError> {
    drop((n, id));
    Ok(())
}
