//! What a direct event links are fields of it.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", linked(to, site))]
//                                   ^^^^ EVT003
pub struct Moved {
    pub to: Href<Nuvlabox>,
}
