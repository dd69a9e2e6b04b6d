//! An href of a generic parameter of an impl that the attribute does not see: the compiler's own error. Put `#[resource(events)]` above the impl.

use scene::*;

use std::marker::PhantomData;

pub struct Fleet<R>(pub PhantomData<R>);

impl<R: events::Resource + Send + Sync> Fleet<R> {
    #[action(event = "nuvlabox.start")]
    pub async fn start(&self, id: Href<R>) -> Result<(), ApiError> {
//                                     ^ Error
        drop(id);
        Ok(())
    }
}
