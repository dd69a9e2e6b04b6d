//! `#[resource]` on `fn`.

use scene::*;

#[resource(events)]
pub fn car() {}
//  ^^ EVT040
