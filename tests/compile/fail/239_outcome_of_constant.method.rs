//! `outcome` is a function. On a method.

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

#[allow(non_upper_case_globals)]
pub const ask: u8 = 1;
