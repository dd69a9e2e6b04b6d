//! `#[resource]` on `static`.

use scene::*;

#[resource(events)]
pub static CAR: u8 = 1;
//  ^^^^^^ EVT040
