//! A field that the details type lacks: the compiler's own error. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", details = Options { forse: true, release: None })]
//                                                          ^^^^^ E0560
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
