//! A detail of a category is given twice.

use scene::*;

#[category("travel", details(km: u64, km?))]
//                                    ^^ EVT020
pub struct Travel;
