//! A misspelt placeholder: the nearest is named. On a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", message = "{resurce} is down")]
//                                  ^^^^^^^^^^^^^^^^^^^ EVT022
pub struct Moved {
    pub to: String,
}
