//! Mistakes in the attribute and in the function are all reported. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.Reboot", tags(3))]
//                   ^^^^^^^^^^^^^^^^^ EVT011
//                                           ^ EVT005
    pub fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
//      ^^ EVT031
        drop(id);
        Ok(())
    }
}
