//! Details of category `state` that are a value of which no field is known.

use scene::*;

#[action(event = "nuvlabox.changed", category = "state", details = events::plain(&options.force))]
//                                                                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ EVT021
pub async fn changed(id: Href<Nuvlabox>, options: Options) -> Result<(), ApiError> {
    drop((id, options));
    Ok(())
}
