//! A resource type has one name.

use scene::*;

#[resource(events)]
pub struct Car<T> {
//            ^^^ EVT041
    pub load: T,
}
