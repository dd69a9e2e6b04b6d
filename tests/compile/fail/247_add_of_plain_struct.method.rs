//! An `add` whose answer is a struct that says nothing. On a method.

use scene::*;

pub struct Answer;

pub struct Fleet;

impl Fleet {
    #[action(event = "deployment.add")]
    pub async fn add(&self, name: String) -> Result<Answer, ApiError> {
//                                           ^^^^^^^^^^^^^^^^^^^^^^^^ EVT049
        drop(name);
        Ok(Answer)
    }
}
