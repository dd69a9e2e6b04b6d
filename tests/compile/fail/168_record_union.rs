//! A union does not say what it holds.

use scene::*;

#[derive(Record)]
pub union Bits {
//  ^^^^^ EVT056
    pub a: u8,
}
