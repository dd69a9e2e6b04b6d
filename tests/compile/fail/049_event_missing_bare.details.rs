//! The derive without an event.

use scene::*;

#[derive(EventDetails)]
pub struct Moved {
//         ^^^^^ EVT004
    pub to: String,
}
