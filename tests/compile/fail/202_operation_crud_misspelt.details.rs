//! A misspelt add, edit or delete is not declared either. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("deployment.delte", resource = Deployment)]
//      ^^^^^^^^^^^^^^^^^^ EVT051
pub struct Moved {
    pub to: String,
}
