//! What is emitted is a direct event.

use scene::*;

pub struct Moved;

pub async fn moved(id: &Href<Nuvlabox>) -> Result<(), Refused> {
    events::emit(id, Moved).await?;
//                   ^^^^^ EVT058
    Ok(())
}
