//! A misspelt detail of the category: it is asked about. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", category = Billing)]
//                                   ^^^^^^^ EVT026
pub struct Moved {
    pub amont: u64,
}
