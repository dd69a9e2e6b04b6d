//! `created` takes a path.

use scene::*;

#[action(event = "nuvlabox.add", created = |_| None)]
//                                         ^^^^^^^^ EVT003
pub async fn add(name: String) -> Result<(), ApiError> {
    drop(name);
    Ok(())
}
