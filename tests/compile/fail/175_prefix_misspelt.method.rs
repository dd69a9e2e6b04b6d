//! A misspelt resource type. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabx.reboot")]
//                   ^^^^^^^^^^^^^^^^ EVT050
    pub async fn start(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
