//! `id` names no field: the nearest is named.

use scene::*;

#[resource(events, id = hrf)]
//                      ^^^ EVT045
pub struct Car {
    pub href: Href<Car>,
}
