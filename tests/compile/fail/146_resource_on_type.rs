//! `#[resource]` on `type`.

use scene::*;

#[resource(events)]
pub type Car = u8;
//  ^^^^ EVT040
