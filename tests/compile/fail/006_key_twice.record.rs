//! A key of a field is given twice, in two attributes.

use scene::*;

#[derive(Record)]
pub struct Login {
    #[record(rename = "who")]
    #[record(rename = "whom")]
//           ^^^^^^ EVT002
    pub user: String,
}
