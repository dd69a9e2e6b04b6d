//! `created` takes a path. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.add", created = |_| None)]
//                                             ^^^^^^^^ EVT003
    pub async fn add(&self, name: String) -> Result<(), ApiError> {
        drop(name);
        Ok(())
    }
}
