//! Several mistakes in one attribute. On a category.

use scene::*;

#[category(
    "Travel",
//  ^^^^^^^^ EVT011
    details(
        distance: u64,
        distance,
//      ^^^^^^^^ EVT020
        7
//      ^ EVT005
    ),
    colour = "red"
//  ^^^^^^ EVT001
)]
pub struct Travel;
