//! `refused` is given the refusal. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", refused = ask)]
//                                                ^^^ EVT038
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        todo!()
    }
}

pub fn ask(_: u32) -> Result<(), ApiError> {
    Ok(())
}
