//! A struct that is called as events are, with another name.

use scene::{Href, resource};

#[resource(events, name = "calendar-event")]
pub struct Event {
    pub id: Href<Event>,
}
