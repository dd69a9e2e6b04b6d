//! A detail of a category has a name.

use scene::*;

#[category("travel", details(3))]
//                           ^ EVT005
pub struct Travel;
