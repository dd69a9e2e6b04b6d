//! Details that are a value, and lack what an own category demands.

use scene::*;

#[action(event = "nuvlabox.changed", category = Billing, details = options)]
//                                                                 ^^^^^^^ EVT026
pub async fn changed(id: Href<Nuvlabox>, options: Options) -> Result<(), ApiError> {
    drop((id, options));
    Ok(())
}
