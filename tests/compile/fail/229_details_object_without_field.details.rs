//! A field that the type of the details lacks. Of a direct event.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.moved")]
pub struct Moved {
    pub to: String,
}

pub async fn moved(id: &Href<Nuvlabox>) -> Result<(), Refused> {
    events::emit(id, Moved { too: String::new() }).await?;
//                           ^^^ E0560
    Ok(())
}
