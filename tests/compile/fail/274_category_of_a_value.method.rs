//! Details that are a value, and lack what an own category demands. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.changed", category = Billing, details = options)]
//                                                                     ^^^^^^^ EVT026
    pub async fn changed(&self, id: Href<Nuvlabox>, options: Options) -> Result<(), ApiError> {
        drop((id, options));
        Ok(())
    }
}
