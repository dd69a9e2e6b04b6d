//! A direct event about another resource type than it names.

use scene::*;

#[derive(EventDetails)]
#[event("deployment.moved", resource = Nuvlabox)]
//      ^^^^^^^^^^^^^^^^^^ EVT050
pub struct Moved {
    pub to: String,
}
