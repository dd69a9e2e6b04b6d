//! An `add` whose answer does not say what it added.

use scene::*;

#[action(event = "nuvlabox.add")]
pub async fn add(name: String) -> Result<(), ApiError> {
//                                ^^^^^^^^^^^^^^^^^^^^ EVT049
    drop(name);
    Ok(())
}
