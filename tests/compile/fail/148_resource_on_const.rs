//! `#[resource]` on `const`.

use scene::*;

#[resource(events)]
pub const CAR: u8 = 1;
//  ^^^^^ EVT040
