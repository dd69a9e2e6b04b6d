//! The name of a category is kebab-case.

use scene::*;

#[category("Travel")]
//         ^^^^^^^^ EVT011
pub struct Travel;
