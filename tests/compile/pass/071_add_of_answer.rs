//! An `add` whose answer says what it added.

use scene::*;

use std::borrow::Cow;

pub struct Answer(pub Href<Nuvlabox>);

impl Outcome for Answer {
    fn ending(&self) -> Ending {
        Ending::COMPLETED
    }

    fn created(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.0.as_str()))
    }
}

#[action(event = "nuvlabox.add")]
pub async fn add(name: String) -> Result<Answer, ApiError> {
    drop(name);
    Err(ApiError)
}
