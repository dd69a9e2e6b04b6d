//! `outcome` borrows the return value. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", outcome = ask)]
//                                                ^^^ EVT038
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        todo!()
    }
}

pub fn ask(_: Result<(), ApiError>) -> Ending {
    Ending::COMPLETED
}
