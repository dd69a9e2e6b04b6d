//! The category's details are fields of the direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.billed", category = Billing)]
//                                    ^^^^^^^ EVT026
pub struct Billed {
    pub currency: String,
}
