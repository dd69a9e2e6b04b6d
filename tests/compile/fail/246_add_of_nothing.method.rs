//! A method that adds, and does not say what.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.add")]
    pub async fn add(&self, name: String) -> Result<String, ApiError> {
//                                           ^^^^^^^^^^^^^^^^^^^^^^^^ EVT049
        Ok(name)
    }
}
