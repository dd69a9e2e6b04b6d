//! A method of a `#[resource]` impl that does not say its event.

use scene::*;

pub struct Fleet;

#[resource(events)]
impl Fleet {
    #[action]
//    ^^^^^^ EVT004
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
