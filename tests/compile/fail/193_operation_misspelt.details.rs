//! A direct event of a closed set.

use scene::*;

#[derive(EventDetails)]
#[event("deployment.state-changd", resource = Deployment)]
//      ^^^^^^^^^^^^^^^^^^^^^^^^^ EVT051
pub struct Changed {
    pub to: String,
}
