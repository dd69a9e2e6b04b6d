//! A misspelt key of a category.

use scene::*;

#[category("travel", detail(km))]
//                   ^^^^^^ EVT001
pub struct Travel;
