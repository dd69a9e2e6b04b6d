//! The attribute on `trait`.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub trait Car {}
//  ^^^^^ EVT033
