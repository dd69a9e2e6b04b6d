//! `#[resource]` on `union`.

use scene::*;

#[resource(events)]
pub union Car {
//  ^^^^^ EVT040
    a: u8,
}
