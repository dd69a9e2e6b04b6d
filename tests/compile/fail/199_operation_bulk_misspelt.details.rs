//! The bulk form of a misspelt operation. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("deployment.bulk-strat", resource = Deployment)]
//      ^^^^^^^^^^^^^^^^^^^^^^^ EVT051
pub struct Moved {
    pub to: String,
}
