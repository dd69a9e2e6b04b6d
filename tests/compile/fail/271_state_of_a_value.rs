//! Details of category `state` that are a value without the new state.

use scene::*;

#[action(event = "nuvlabox.changed", category = "state", details = options)]
//                                                                 ^^^^^^^ EVT021
pub async fn changed(id: Href<Nuvlabox>, options: Options) -> Result<(), ApiError> {
    drop((id, options));
    Ok(())
}
