//! Details of category `state` that are a value made on the spot.

use scene::*;

#[action(event = "nuvlabox.changed", category = "state", details = Options { force: true, release: None })]
//                                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ EVT021
pub async fn changed(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
