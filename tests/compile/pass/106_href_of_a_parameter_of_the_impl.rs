//! An href of a generic parameter of an impl that `#[resource(events)]` shows to the attribute.

use scene::*;

use std::marker::PhantomData;

pub struct Fleet<R>(pub PhantomData<R>);

#[resource(events)]
impl<R: events::Resource + Send + Sync> Fleet<R> {
    #[action(event = "nuvlabox.start")]
    pub async fn start(&self, id: Href<R>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
