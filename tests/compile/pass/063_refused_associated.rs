//! An associated function.

use scene::*;

#[action(event = "nuvlabox.reboot", refused = Answer::refused)]
pub async fn reboot(id: Href<Nuvlabox>) -> Answer {
    drop(id);
    Answer(1)
}

pub struct Answer(pub u8);

impl Answer {
    pub fn refused(_: Refused) -> Self {
        Self(0)
    }
}
