//! What applications run on: a swarm, a Kubernetes cluster.

use axum::extract::State;
use events::{Caller, EventDetails, Href, Refused, Right, action, emit, resource};
use serde::{Deserialize, Serialize};

use super::{
    App,
    answer::Answer,
    database::Transaction,
    document::{Document, Given},
    error::{ApiError, optional},
    extract::{Body, Path, caller},
    job,
    nuvlabox::{Nuvlabox, dismiss, serve},
    state::{Change, Reported, Stateful, word},
};

/// What applications run on.
#[resource(events("state-changed"), severity = "low")]
#[derive(Serialize, Deserialize)]
pub(crate) struct InfrastructureService {
    state: ServiceState,
    #[serde(flatten)]
    pub(crate) parts: ServiceParts,
}

/// What it is, and where it answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ServiceParts {
    pub(crate) subtype: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) endpoint: Option<String>,
    /// The device that it runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nuvlabox: Option<Href<Nuvlabox>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum ServiceState {
    Starting,
    Started,
    Stopping,
    Stopped,
    Error,
}

use ServiceState::{Error, Started, Starting, Stopped};

impl Stateful for InfrastructureService {
    type State = ServiceState;

    fn state(&mut self) -> &mut ServiceState {
        &mut self.state
    }
}

/// An infrastructure service is in another state.
#[derive(EventDetails)]
#[event("infrastructure-service.state-changed", category = "state", resource = InfrastructureService)]
struct StateChanged {
    old_state: Option<String>,
    new_state: String,
}

async fn announce(
    id: &Href<InfrastructureService>,
    old_state: Option<String>,
    new_state: String,
) -> Result<(), Refused> {
    emit(id, StateChanged { old_state, new_state }).await.map(drop)
}

/// One without an endpoint does not run yet: a job starts it.
#[action(
    event = "infrastructure-service.add",
    details(name: Option<String> = given.attributes.name, subtype: String = given.own.subtype)
)]
pub(crate) async fn add(State(app): State<App>, Body(given): Body<Given<ServiceParts>>) -> Result<Answer, ApiError> {
    let parts = given.own.clone();
    let state = if parts.endpoint.is_some() { Started } else { Starting };
    let make = App::document(given, InfrastructureService { state, parts: parts.clone() })?;
    let id: Href<InfrastructureService> = app.database.transact(|transaction| transaction.new_id()).await?;
    let add = {
        let (id, caller) = (id.clone(), caller());
        move |transaction: &Transaction<'_>| {
            transaction.add(Some(id.clone()), make)?;
            // Its device knows of it from the same moment on.
            match &parts.nuvlabox {
                Some(on) => transaction.change(on, Right::Manage, &caller, |on| serve(on, &parts.subtype, id)),
                None => Ok(()),
            }
        }
    };
    match state {
        // The job as well: none starts that no job knows of.
        Starting => job::added_with(&app, "start_infrastructure_service", &id, add).await.map(drop)?,
        _ => app.database.transact(add).await?,
    }
    announce(&id, None, word(state)).await?;
    Ok(Answer::added(&id))
}

/// What may be changed of it.
#[derive(Debug, Deserialize)]
pub(crate) struct Changes {
    #[serde(default)]
    pub(crate) endpoint: Option<String>,
    #[serde(flatten)]
    pub(crate) reported: Reported<ServiceState>,
}

#[action(event = "infrastructure-service.edit", details(name: Option<String> = given.attributes.name))]
pub(crate) async fn edit(
    State(app): State<App>,
    Path(id): Path<Href<InfrastructureService>>,
    Body(given): Body<Given<Changes>>,
) -> Result<Answer, ApiError> {
    let edit = app.edit::<InfrastructureService, _, _>(&id, given, |document, changes: Changes, caller| {
        let endpoint = &mut document.own.parts.endpoint;
        *endpoint = changes.endpoint.or(endpoint.take());
        document.report(&changes.reported, caller)
    });
    if let Some(Change { old_state, new_state }) = edit.await? {
        announce(&id, Some(old_state), new_state).await?;
    }
    Ok(Answer::done(&id, "updated"))
}

#[action(event = "infrastructure-service.delete")]
pub(crate) async fn delete(
    State(app): State<App>,
    Path(id): Path<Href<InfrastructureService>>,
) -> Result<Answer, ApiError> {
    let let_go = |transaction: &Transaction<'_>, service: &mut Document<InfrastructureService>| {
        service.must_be("delete", &[Started, Stopped, Error])?;
        let Some(on) = &service.own.parts.nuvlabox else { return Ok(()) };
        let dismiss = |on: &mut Document<_>| {
            dismiss(on, &service.id);
            Ok(())
        };
        // The device may be gone already.
        optional(transaction.change(on, Right::Manage, &Caller::internal(), dismiss)).map(drop)
    };
    app.delete(&id, let_go).await?;
    Ok(Answer::done(&id, "deleted"))
}
