//! A resource type without lifetimes.

use scene::*;

#[resource(events)]
pub struct Car<'a> {
//            ^^^^ EVT041
    pub name: &'a str,
}
