//! An own id type says which resource it is about.

use scene::*;

use std::borrow::Cow;

pub struct BoxId(pub String);

impl events::Designates for BoxId {
    type Resource = Nuvlabox;
    const DECLARATION: Option<&'static events::ResourceDeclaration> = Some(<Nuvlabox as events::Resource>::DECLARATION);
    fn href(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

#[action(event = "nuvlabox.start")]
pub async fn start(id: BoxId) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}
