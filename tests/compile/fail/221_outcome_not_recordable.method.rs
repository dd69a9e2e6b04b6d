//! A return value that may not be recorded. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", payload(outcome))]
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<Secret, ApiError> {
//                                                    ^^^^^^^^^^^^^^^^^^^^^^^^ EVT027
        Ok(Secret(id.to_string()))
    }
}
