//! An own id type says which resource it is about. On a method.

use scene::*;

use std::borrow::Cow;

pub struct CarId(pub String);

impl events::Designates for CarId {
    type Resource = Nuvlabox;
    const DECLARATION: Option<&'static events::ResourceDeclaration> = Some(<Nuvlabox as events::Resource>::DECLARATION);
    fn href(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.0)
    }
}

pub struct Fleet;

impl Fleet {
    #[action(event = "deployment.start")]
//                   ^^^^^^^^^^^^^^^^^^ EVT050
    pub async fn start(&self, id: CarId) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
