//! `#[resource]` on `mod`.

use scene::*;

#[resource(events)]
pub mod car {}
//  ^^^ EVT040
