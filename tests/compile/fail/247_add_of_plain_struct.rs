//! An `add` whose answer is a struct that says nothing.

use scene::*;

pub struct Answer;

#[action(event = "deployment.add")]
pub async fn add(name: String) -> Result<Answer, ApiError> {
//                                ^^^^^^^^^^^^^^^^^^^^^^^^ EVT049
    drop(name);
    Ok(Answer)
}
