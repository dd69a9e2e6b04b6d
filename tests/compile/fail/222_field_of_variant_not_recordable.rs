//! A field of a variant that may not be recorded.

use scene::*;

#[derive(Record)]
pub enum Login {
    Password { password: Secret },
//                       ^^^^^^ EVT027
}
