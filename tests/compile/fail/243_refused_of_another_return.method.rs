//! `refused` gives what the function returns. On a method.

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

pub fn ask(_: Refused) -> u32 {
    7
}
