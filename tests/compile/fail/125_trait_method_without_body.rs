//! The declaration of a method in a trait.

use scene::*;

pub trait Fleet {
    #[action(event = "nuvlabox.reboot")]
    fn reboot(&self, id: Href<Nuvlabox>) -> impl Future<Output = Result<(), ApiError>>;
//     ^^^^^^ EVT032
}
