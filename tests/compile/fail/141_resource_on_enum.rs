//! `#[resource]` on `enum`.

use scene::*;

#[resource(events)]
pub enum Car {}
//  ^^^^ EVT040
