//! `#[resource]` on `trait`.

use scene::*;

#[resource(events)]
pub trait Car {}
//  ^^^^^ EVT040
