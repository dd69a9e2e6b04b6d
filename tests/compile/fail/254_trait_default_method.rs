//! A method with a body in a trait that is not async.

use scene::*;

pub trait Start: Sync {
    #[action(event = "nuvlabox.start")]
    fn plan(&self) -> impl Future<Output = Result<(), ApiError>> + Send {
//  ^^ EVT031
        async { Ok(()) }
    }
}
