//! `rename` without a value.

use scene::*;

#[derive(Record)]
pub struct Login {
    #[record(rename)]
//           ^^^^^^ EVT003
    pub user: String,
}
