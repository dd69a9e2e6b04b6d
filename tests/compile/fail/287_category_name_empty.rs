//! A category without a letter.

use scene::*;

#[category("")]
//         ^^ EVT011
pub struct Travel;
