//! A type with a lifetime. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "deployment.reboot")]
//                   ^^^^^^^^^^^^^^^^^^^ EVT050
    pub async fn start<'a>(&self, id: &'a Href<Nuvlabox>) -> Result<&'a str, ApiError> {
        Ok(id.as_str())
    }
}
