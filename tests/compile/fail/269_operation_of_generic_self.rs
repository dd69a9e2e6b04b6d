//! A closed set, against a `Self` with generic parameters.

use scene::*;

use std::{borrow::Cow, marker::PhantomData};

pub struct Running<T>(pub PhantomData<T>);

impl<T> events::Designates for Running<T> {
    type Resource = Deployment;
    const DECLARATION: Option<&'static events::ResourceDeclaration> = Some(<Deployment as events::Resource>::DECLARATION);
    fn href(&self) -> Cow<'_, str> {
        Cow::Borrowed("deployment/1")
    }
}

impl<T: Send + Sync> Running<T> {
    #[action(event = "deployment.strat")]
//                   ^^^^^^^^^^^^^^^^^^ EVT051
    pub async fn start(&self) -> Result<(), ApiError> {
        Ok(())
    }
}
