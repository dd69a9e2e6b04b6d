//! A misspelt key of a recorded field.

use scene::*;

#[derive(Record)]
pub struct Login {
    #[record(skipp)]
//           ^^^^^ EVT001
    pub password: String,
}
