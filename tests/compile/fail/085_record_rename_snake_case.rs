//! The name of a field is kebab-case.

use scene::*;

#[derive(Record)]
pub struct Login {
    #[record(rename = "user_name")]
//                    ^^^^^^^^^^^ EVT011
    pub user: String,
}
