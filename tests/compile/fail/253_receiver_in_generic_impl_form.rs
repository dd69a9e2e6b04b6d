//! The same with `#[resource(events)]` above the impl.

use scene::*;

use std::borrow::Cow;

pub struct Fleet<T>(pub T);

impl<T> events::Designates for Fleet<T> {
    type Resource = Nuvlabox;
    const DECLARATION: Option<&'static events::ResourceDeclaration> = Some(<Nuvlabox as events::Resource>::DECLARATION);
    fn href(&self) -> Cow<'_, str> {
        Cow::Borrowed("nuvlabox/1")
    }
}

#[resource(events)]
impl<T: Send + Sync> Fleet<T> {
    #[action(event = "deployment.start")]
//                   ^^^^^^^^^^^^^^^^^^ EVT050
    pub async fn start(&self) -> Result<(), ApiError> {
        Ok(())
    }
}
