//! All mistakes of one attribute are reported at once. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(evnt = "nuvlabox.reboot", category = "actoin", severity = "hihg", version = 0)]
//           ^^^^ EVT001
//                                                ^^^^^^^^ EVT013
//                                                                     ^^^^^^ EVT014
//                                                                                       ^ EVT025
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
