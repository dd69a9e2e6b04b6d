//! Several mistakes in the attributes of one value that is recorded.

use scene::*;

#[derive(Record)]
pub struct Release {
    #[record(colour = "red")]
//           ^^^^^^ EVT001
    pub major: u32,
    #[record(rename = "Not Kebab")]
//                    ^^^^^^^^^^^ EVT011
    pub channel: String,
    #[record(rename = 7)]
//                    ^ EVT003
    pub minor: u32,
}
