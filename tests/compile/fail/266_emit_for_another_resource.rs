//! A direct event that is tied to a resource type is emitted for an href of it.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved", resource = Nuvlabox)]
pub struct Moved;

pub async fn moved(id: &Href<Deployment>) -> Result<(), Refused> {
    events::emit(id, Moved).await?;
//                   ^^^^^ EVT058
    Ok(())
}
