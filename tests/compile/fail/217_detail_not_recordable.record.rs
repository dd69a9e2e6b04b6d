//! A field that may not be recorded.

use scene::*;

#[derive(Record)]
pub struct Login {
    pub user: String,
    pub password: Secret,
//                ^^^^^^ EVT027
}
