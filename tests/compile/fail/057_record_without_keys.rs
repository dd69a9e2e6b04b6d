//! `#[record]` alone says nothing.

use scene::*;

#[derive(Record)]
pub struct Login {
    #[record]
//  ^^^^^^^^^ EVT005
    pub user: String,
}
