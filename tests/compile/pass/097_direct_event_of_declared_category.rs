//! A direct event with what its category demands.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.billed", category = Billing)]
pub struct Billed {
    pub amount: u64,
}
