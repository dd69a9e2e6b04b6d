//! Edge devices.

use axum::extract::State;
use events::{EventDetails, Href, Operation, Right, action, emit, resource};
use serde::{Deserialize, Serialize};

use crate::{
    App,
    answer::Answer,
    document::{Document, Given, Kept},
    error::ApiError,
    extract::{Body, Path, caller, user},
    job,
};

/// An edge device.
#[resource(events("activate", "reboot", "decommission", "state-changed"))]
#[derive(Serialize, Deserialize)]
pub(crate) struct Nuvlabox {
    state: NuvlaboxState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum NuvlaboxState {
    New,
    Activated,
    Decommissioning,
}

impl NuvlaboxState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::New => "NEW",
            Self::Activated => "ACTIVATED",
            Self::Decommissioning => "DECOMMISSIONING",
        }
    }
}

impl Kept for Nuvlabox {
    const ACTIONS: &'static [&'static str] = &["activate", "reboot", "decommission"];
}

/// A device is in another state.
#[derive(EventDetails)]
#[event("nuvlabox.state-changed", category = "state", resource = Nuvlabox)]
struct StateChanged {
    old_state: &'static str,
    new_state: &'static str,
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct RebootOptions {
    #[serde(default)]
    force: bool,
}

#[action(event = "nuvlabox.add", details(name: Option<String> = given.attributes.name))]
pub(crate) async fn add(State(app): State<App>, Body(given): Body<Given>) -> Result<Answer, ApiError> {
    let caller = user()?;
    let own = Nuvlabox { state: NuvlaboxState::New };
    let id = app.database.add(move |id| Document::new(id, given, &caller, own)).await?;
    Ok(Answer::added(&id))
}

#[action(event = "nuvlabox.edit", details(name: Option<String> = given.attributes.name))]
pub(crate) async fn edit(
    State(app): State<App>,
    Path(id): Path<Href<Nuvlabox>>,
    Body(given): Body<Given>,
) -> Result<Answer, ApiError> {
    let caller = caller();
    let edit = {
        let caller = caller.clone();
        move |document: &mut Document<Nuvlabox>| document.edit(given, &caller)
    };
    app.database.change(id.clone(), Right::EditData, caller, edit).await?;
    Ok(Answer::done(&id, "updated"))
}

#[action(event = "nuvlabox.delete")]
pub(crate) async fn delete(State(app): State<App>, Path(id): Path<Href<Nuvlabox>>) -> Result<Answer, ApiError> {
    app.database.delete(id.clone(), caller()).await?;
    Ok(Answer::done(&id, "deleted"))
}

#[action(event = "nuvlabox.reboot", severity = "high", details(force: bool = options.force))]
pub(crate) async fn reboot(
    State(app): State<App>,
    Path(id): Path<Href<Nuvlabox>>,
    Body(options): Body<RebootOptions>,
) -> Result<Answer, ApiError> {
    let caller = caller();
    app.database.get(id.clone(), Right::Manage, caller.clone()).await?;
    let action = if options.force { "force_reboot_nuvlabox" } else { "reboot_nuvlabox" };
    let job = job::submit(&app, action, &id.untyped(), &caller).await?;
    Operation::current().link(&job);
    Ok(Answer::accepted(&id, "rebooting", &job))
}

#[action(event = "nuvlabox.activate")]
pub(crate) async fn activate(State(app): State<App>, Path(id): Path<Href<Nuvlabox>>) -> Result<Answer, ApiError> {
    reach(&app, &id, "activate", NuvlaboxState::Activated, |state| state == NuvlaboxState::New).await?;
    Ok(Answer::done(&id, "activated"))
}

#[action(event = "nuvlabox.decommission", severity = "high")]
pub(crate) async fn decommission(State(app): State<App>, Path(id): Path<Href<Nuvlabox>>) -> Result<Answer, ApiError> {
    let goal = NuvlaboxState::Decommissioning;
    reach(&app, &id, "decommission", goal, |state| state != NuvlaboxState::Decommissioning).await?;
    let job = job::submit(&app, "decommission_nuvlabox", &id.untyped(), &caller()).await?;
    Operation::current().link(&job);
    Ok(Answer::accepted(&id, "decommissioning", &job))
}

/// Puts a device into another state, and says so in an event of its own.
async fn reach(
    app: &App,
    id: &Href<Nuvlabox>,
    action: &'static str,
    goal: NuvlaboxState,
    allowed: fn(NuvlaboxState) -> bool,
) -> Result<(), ApiError> {
    let change = move |document: &mut Document<Nuvlabox>| {
        let state = document.own.state;
        if !allowed(state) {
            let (resource, state) = (document.id.to_string(), state.as_str().to_owned());
            return Err(ApiError::InvalidState { action, resource, state });
        }
        document.own.state = goal;
        Ok(state)
    };
    let left = app.database.change(id.clone(), Right::Manage, caller(), change).await?;
    emit(id, StateChanged { old_state: left.as_str(), new_state: goal.as_str() }).await?;
    Ok(())
}
