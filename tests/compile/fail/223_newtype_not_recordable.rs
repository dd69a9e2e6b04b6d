//! What a newtype stands for may not be recorded.

use scene::*;

#[derive(Record)]
pub struct Password(pub Secret);
//                      ^^^^^^ EVT027
