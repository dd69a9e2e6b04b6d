//! The name of a category without quotes.

use scene::*;

#[category(travel)]
//         ^^^^^^ EVT003
pub struct Travel;
