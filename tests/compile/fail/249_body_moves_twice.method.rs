//! An error of the borrow checker is the user's, at the user's line. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot")]
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        drop(id);
//           ^^ E0382
        Ok(())
    }
}
