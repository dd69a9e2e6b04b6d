//! A method whose error cannot carry a refusal.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot")]
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), Hopeless> {
//                                                    ^^^^^^^^^^^^^^^^^^^^ EVT036
        drop(id);
        Ok(())
    }
}
