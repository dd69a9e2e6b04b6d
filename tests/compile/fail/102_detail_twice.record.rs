//! Two recorded fields of one name.

use scene::*;

#[derive(Record)]
pub struct Login {
    pub user: String,
    #[record(rename = "user")]
    pub account: String,
//      ^^^^^^^ EVT020
}
