//! A category that is built in is not declared again.

use scene::*;

#[category("state")]
//         ^^^^^^^ EVT015
pub struct State;
