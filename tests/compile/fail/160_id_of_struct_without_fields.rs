//! A struct without fields holds no href.

use scene::*;

#[resource(events, id = href)]
//                      ^^^^ EVT045
pub struct Car;
