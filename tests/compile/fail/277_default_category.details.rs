//! The own category of the resource type, for an event that names none. On a direct event.

use scene::*;

#[resource(events, category = Billing)]
pub struct Invoice {
    pub id: Href<Invoice>,
}

#[derive(EventDetails)]
#[event("invoice.paid", resource = Invoice)]
//      ^^^^^^^^^^^^^^ EVT026
pub struct Changed {
    pub by: String,
}
