//! A receiver whose resource type is a generic parameter.

use scene::*;

use std::{borrow::Cow, marker::PhantomData};

pub struct Handle<R>(pub PhantomData<R>);

impl<R: events::Resource> events::Designates for Handle<R> {
    type Resource = R;
    const DECLARATION: Option<&'static events::ResourceDeclaration> = Some(R::DECLARATION);
    fn href(&self) -> Cow<'_, str> {
        Cow::Borrowed("1")
    }
}

impl<R: events::Resource + Send + Sync> Handle<R> {
    #[action(event = "nuvlabox.start")]
    pub async fn start(&self) -> Result<(), ApiError> {
//                      ^^^^ E0158
        Ok(())
    }
}
