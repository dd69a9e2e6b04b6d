//! A direct event that says nothing more.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.gone", resource = none)]
pub struct Gone;
