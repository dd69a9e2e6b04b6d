//! A subcategory is kebab-case. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", subcategory = "Not Kebab")]
//                                                    ^^^^^^^^^^^ EVT011
    pub async fn reboot(&self, id: Href<Nuvlabox>, force: bool) -> Result<(), ApiError> {
        drop((id, force));
        Ok(())
    }
}
