//! The fields of a tuple variant have no names.

use scene::*;

#[derive(Record)]
pub enum Shape {
    Point(u8, u8),
//       ^^^^^^^^ EVT056
}
