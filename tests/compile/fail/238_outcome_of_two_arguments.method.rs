//! `outcome` takes one argument. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", outcome = ask)]
//                                                ^^^ E0308
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        todo!()
    }
}

pub fn ask(_: &Result<(), ApiError>, _: bool) -> Ending {
    Ending::COMPLETED
}
