//! Details of category `state` that are a value of which no field is known. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.changed", category = "state", details = events::plain(&options.force))]
//                                                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ EVT021
    pub async fn changed(&self, id: Href<Nuvlabox>, options: Options) -> Result<(), ApiError> {
        drop((id, options));
        Ok(())
    }
}
