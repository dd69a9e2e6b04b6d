//! A category has one name.

use scene::*;

#[category("travel")]
pub struct Travel<T>(pub T);
//               ^^^ EVT041
