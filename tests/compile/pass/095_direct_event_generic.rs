//! A direct event that is generic.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved")]
pub struct Moved<T> {
    pub to: T,
}
