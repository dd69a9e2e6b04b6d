//! Events are called `event/…` themselves.

use scene::{Href, resource};

#[resource(events)]
pub struct Event {
//         ^^^^^ EVT048
    pub id: Href<Event>,
}
