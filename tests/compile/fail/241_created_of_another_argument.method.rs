//! `created` is asked about the return value. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.add", created = ask)]
//                                             ^^^ EVT038
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        todo!()
    }
}

pub fn ask(_: &u32) -> Option<Href<Nuvlabox>> {
    None
}
