//! Applications that run somewhere.

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

/// An application that runs somewhere.
#[resource(events("start", "stop", "state-changed"))]
#[derive(Serialize, Deserialize)]
pub(crate) struct Deployment {
    state: DeploymentState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum DeploymentState {
    Created,
    Starting,
    Stopping,
}

impl DeploymentState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Starting => "STARTING",
            Self::Stopping => "STOPPING",
        }
    }
}

impl Kept for Deployment {
    const ACTIONS: &'static [&'static str] = &["start", "stop"];
}

/// A deployment is in another state.
#[derive(EventDetails)]
#[event("deployment.state-changed", category = "state", resource = Deployment)]
struct StateChanged {
    old_state: &'static str,
    new_state: &'static str,
}

#[action(event = "deployment.add", details(name: Option<String> = given.attributes.name))]
pub(crate) async fn add(State(app): State<App>, Body(given): Body<Given>) -> Result<Answer, ApiError> {
    let caller = user()?;
    let own = Deployment { state: DeploymentState::Created };
    let id = app.database.add(move |id| Document::new(id, given, &caller, own)).await?;
    Ok(Answer::added(&id))
}

#[action(event = "deployment.edit", details(name: Option<String> = given.attributes.name))]
pub(crate) async fn edit(
    State(app): State<App>,
    Path(id): Path<Href<Deployment>>,
    Body(given): Body<Given>,
) -> Result<Answer, ApiError> {
    let caller = caller();
    let edit = {
        let caller = caller.clone();
        move |document: &mut Document<Deployment>| document.edit(given, &caller)
    };
    app.database.change(id.clone(), Right::EditData, caller, edit).await?;
    Ok(Answer::done(&id, "updated"))
}

#[action(event = "deployment.delete")]
pub(crate) async fn delete(State(app): State<App>, Path(id): Path<Href<Deployment>>) -> Result<Answer, ApiError> {
    app.database.delete(id.clone(), caller()).await?;
    Ok(Answer::done(&id, "deleted"))
}

#[action(event = "deployment.start")]
pub(crate) async fn start(State(app): State<App>, Path(id): Path<Href<Deployment>>) -> Result<Answer, ApiError> {
    hand_to_job(&app, &id, DeploymentState::Starting, "start_deployment", "starting").await
}

#[action(event = "deployment.stop")]
pub(crate) async fn stop(State(app): State<App>, Path(id): Path<Href<Deployment>>) -> Result<Answer, ApiError> {
    hand_to_job(&app, &id, DeploymentState::Stopping, "stop_deployment", "stopping").await
}

/// Puts a deployment on its way into another state: a job takes it there.
async fn hand_to_job(
    app: &App,
    id: &Href<Deployment>,
    goal: DeploymentState,
    action: &str,
    doing: &str,
) -> Result<Answer, ApiError> {
    let change = move |document: &mut Document<Deployment>| Ok(std::mem::replace(&mut document.own.state, goal));
    let left = app.database.change(id.clone(), Right::Manage, caller(), change).await?;
    let job = job::submit(app, action, &id.untyped(), &caller()).await?;
    Operation::current().link(&job);
    emit(id, StateChanged { old_state: left.as_str(), new_state: goal.as_str() }).await?;
    Ok(Answer::accepted(id, doing, &job))
}
