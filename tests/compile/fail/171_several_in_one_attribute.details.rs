//! All mistakes of a direct event are reported at once; what emits it has none.

use scene::*;

#[derive(EventDetails)]
#[event("nuvlabox.Moved", category = "sate", message = "{to}")]
//      ^^^^^^^^^^^^^^^^ EVT011
//                                   ^^^^^^ EVT013
//                                                     ^^^^^^ EVT022
pub struct Moved {
    pub to: String,
}

pub async fn moved(id: &Href<Nuvlabox>) -> Result<(), Refused> {
    events::emit(id, Moved { to: String::new() }).await?;
    Ok(())
}
