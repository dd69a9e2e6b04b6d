//! The fields of a tuple have no names.

use scene::*;

#[derive(Record)]
pub struct Pair(pub u8, pub u8);
//             ^^^^^^^^^^^^^^^^ EVT056
