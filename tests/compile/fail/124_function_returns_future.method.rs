//! A future that is built by hand. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot")]
    pub fn reboot(&self, id: Href<Nuvlabox>) -> impl Future<Output = Result<(), ApiError>> {
//      ^^ EVT031
        drop(id);
        async { Ok(()) }
}
}
