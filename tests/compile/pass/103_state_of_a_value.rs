//! Details of category `state` that are a value with the new state, by itself, borrowed, and under another name.

use scene::*;

#[derive(Record)]
pub struct Reached {
    pub new_state: String,
    pub old_state: Option<String>,
}

#[derive(Record)]
pub struct Renamed {
    #[record(rename = "new-state")]
    pub reached: String,
}

#[action(event = "nuvlabox.reach", category = "state", details = reached)]
pub async fn reach(id: Href<Nuvlabox>, reached: Reached) -> Result<(), ApiError> {
    drop((id, reached));
    Ok(())
}

#[action(event = "nuvlabox.made", category = "state", details = Reached { new_state: String::new(), old_state: None })]
pub async fn made(id: Href<Nuvlabox>) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}

#[action(event = "nuvlabox.borrowed", category = "state", details = &*reached)]
pub async fn borrowed(id: Href<Nuvlabox>, reached: Box<Reached>) -> Result<(), ApiError> {
    drop((id, reached));
    Ok(())
}

#[action(event = "nuvlabox.renamed", category = "state", details = renamed)]
pub async fn renamed(id: Href<Nuvlabox>, renamed: Renamed) -> Result<(), ApiError> {
    drop((id, renamed));
    Ok(())
}
