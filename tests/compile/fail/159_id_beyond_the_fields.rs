//! `id` is a field that a tuple struct does not have.

use scene::*;

#[resource(events, id = 1)]
//                      ^ EVT045
pub struct Car(pub Href<Car>);
