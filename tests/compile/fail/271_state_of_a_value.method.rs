//! Details of category `state` that are a value without the new state. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.changed", category = "state", details = options)]
//                                                                     ^^^^^^^ EVT021
    pub async fn changed(&self, id: Href<Nuvlabox>, options: Options) -> Result<(), ApiError> {
        drop((id, options));
        Ok(())
    }
}
