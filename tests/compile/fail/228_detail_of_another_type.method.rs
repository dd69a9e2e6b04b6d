//! The written type and the value's differ: the compiler's own error. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", details(force: bool = id.as_str()))]
//                                                            ^^^^^^^^^^^ E0308
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
