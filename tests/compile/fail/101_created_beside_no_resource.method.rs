//! Something was made, and there is nothing. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.add", resource = none, created = added)]
//                                                              ^^^^^ EVT016
    pub async fn add(&self, name: String) -> Result<(), ApiError> {
        drop(name);
        Ok(())
    }
}

pub fn added(_: &Result<(), ApiError>) -> Option<Href<Nuvlabox>> {
    None
}
