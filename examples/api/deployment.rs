//! Applications that run somewhere.

use axum::extract::State;
use events::{Caller, EventDetails, Href, Operation, Refused, Right, action, crud, emit, resource};
use serde::{Deserialize, Serialize};

use super::{
    App,
    answer::Answer,
    database::Transaction,
    deployment_parameter::{self, DeploymentParameter},
    deployment_set::{self, DeploymentSet},
    document::{Attributes, Document, Given},
    error::ApiError,
    extract::{Body, Path, caller},
    job,
    module::Module,
    nuvlabox::Nuvlabox,
    state::{Change, Stateful},
};

/// An application that runs somewhere.
#[resource(events("start", "stop", "update", "clone", "state-changed"))]
#[derive(Serialize, Deserialize)]
pub(crate) struct Deployment {
    pub(crate) state: DeploymentState,
    #[serde(flatten)]
    parts: DeploymentParts,
}

/// What runs where.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct DeploymentParts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) module: Option<Href<Module>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nuvlabox: Option<Href<Nuvlabox>>,
    /// The set that it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deployment_set: Option<Href<DeploymentSet>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum DeploymentState {
    Created,
    Starting,
    Started,
    Updating,
    Stopping,
    Stopped,
    Error,
}

use DeploymentState::{Created, Error, Started, Starting, Stopped, Stopping, Updating};

impl Stateful for Deployment {
    type State = DeploymentState;

    fn state(&mut self) -> &mut DeploymentState {
        &mut self.state
    }
}

/// A deployment is in another state, which one of its parameters may have told.
#[derive(EventDetails)]
#[event("deployment.state-changed", category = "state", resource = Deployment, linked = parameter)]
pub(crate) struct StateChanged {
    pub(crate) old_state: String,
    pub(crate) new_state: String,
    #[record(skip)]
    pub(crate) parameter: Option<Href<DeploymentParameter>>,
}

async fn announce(id: &Href<Deployment>, change: Change) -> Result<(), Refused> {
    let Change { old_state, new_state } = change;
    emit(id, StateChanged { old_state, new_state, parameter: None }).await.map(drop)
}

#[action(
    event = "deployment.add",
    details(
        name: Option<String> = given.attributes.name,
        module: Option<Href<Module>> = given.own.module,
        nuvlabox: Option<Href<Nuvlabox>> = given.own.nuvlabox,
    )
)]
pub(crate) async fn add(
    State(app): State<App>,
    Body(mut given): Body<Given<DeploymentParts>>,
) -> Result<Answer, ApiError> {
    let parts = std::mem::take(&mut given.own);
    let acl = given.acl.clone();
    let make = App::document(given, Deployment { state: Created, parts: parts.clone() })?;
    let caller = caller();
    // Its parameter is there, and its set knows of it, from the same moment on.
    let add = move |transaction: &Transaction<'_>| {
        let id = transaction.add(None, make)?;
        deployment_parameter::add(transaction, &id, acl, &caller)?;
        if let Some(set) = &parts.deployment_set {
            let enrol = |set: &mut Document<_>| deployment_set::enrol(set, parts.nuvlabox.as_ref(), id.clone());
            transaction.change(set, Right::Manage, &caller, enrol)?;
        }
        Ok::<_, ApiError>(id)
    };
    Ok(Answer::added(&app.database.transact(add).await?))
}

#[action(event = "deployment.edit", details(name: Option<String> = given.attributes.name))]
pub(crate) async fn edit(
    State(app): State<App>,
    Path(id): Path<Href<Deployment>>,
    Body(given): Body<Given>,
) -> Result<Answer, ApiError> {
    app.edit::<Deployment, _, _>(&id, given, |_, (), _| Ok(())).await?;
    Ok(Answer::done(&id, "updated"))
}

#[action(event = "deployment.delete")]
pub(crate) async fn delete(State(app): State<App>, Path(id): Path<Href<Deployment>>) -> Result<Answer, ApiError> {
    let let_go = |transaction: &Transaction<'_>, deployment: &mut Document<Deployment>| {
        deployment.must_be("delete", &[Created, Stopped, Error])?;
        if let Some(set) = &deployment.own.parts.deployment_set {
            let dismiss = |set: &mut Document<_>| {
                deployment_set::dismiss(set, &deployment.id);
                Ok(())
            };
            transaction.change(set, Right::Manage, &Caller::internal(), dismiss)?;
        }
        transaction.remove(&deployment_parameter::of(&deployment.id)?)
    };
    app.delete(&id, let_go).await?;
    Ok(Answer::done(&id, "deleted"))
}

/// Stays open until the job says how it went.
#[action(event = "deployment.start", deferred(within = "1h"))]
pub(crate) async fn start(State(app): State<App>, Path(id): Path<Href<Deployment>>) -> Result<Answer, ApiError> {
    let start = |deployment: &mut Document<Deployment>| deployment.reach("start", &[Created, Stopped, Error], Starting);
    let (accepted, change) = job::begin_and_hand_over(&app, &id, "start_deployment", "starting", start).await?;
    announce(&id, change).await?;
    Ok(accepted)
}

/// Stays open until the job says how it went.
#[action(event = "deployment.stop", deferred(within = "1h"))]
pub(crate) async fn stop(State(app): State<App>, Path(id): Path<Href<Deployment>>) -> Result<Answer, ApiError> {
    let stop = |deployment: &mut Document<Deployment>| {
        deployment.reach("stop", &[Starting, Started, Updating, Error], Stopping)
    };
    let (accepted, change) = job::begin_and_hand_over(&app, &id, "stop_deployment", "stopping", stop).await?;
    announce(&id, change).await?;
    Ok(accepted)
}

/// The module that a deployment is to run from now on; without one, the newest version of what it runs.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Update {
    #[serde(default)]
    module: Option<Href<Module>>,
}

#[action(event = "deployment.update", details(module: Option<Href<Module>> = update.module))]
pub(crate) async fn update(
    State(app): State<App>,
    Path(id): Path<Href<Deployment>>,
    Body(update): Body<Update>,
) -> Result<Answer, ApiError> {
    let update = move |deployment: &mut Document<Deployment>| {
        let module = &mut deployment.own.parts.module;
        *module = update.module.clone().or(module.take());
        deployment.reach("update", &[Started], Updating)
    };
    let (accepted, change) = job::begin_and_hand_over(&app, &id, "update_deployment", "updating", update).await?;
    announce(&id, change).await?;
    Ok(accepted)
}

/// Another deployment of the same: it belongs to whoever clones it.
#[action(event = "deployment.clone")]
pub(crate) async fn clone(State(app): State<App>, Path(id): Path<Href<Deployment>>) -> Result<Answer, ApiError> {
    let document = app.get(&id, Right::ViewData).await?;
    let attributes =
        Attributes { name: document.attributes.name.map(|name| format!("{name} clone")), ..document.attributes };
    // It is no part of the set, which has its deployment of that device.
    let own = DeploymentParts { deployment_set: None, ..document.own.parts };
    let given = Body(Given { attributes, acl: None, own });
    let added = crud::add_with_events(add(State(app), given)).await?;
    Operation::current().link(&added.id::<Deployment>()?);
    Ok(added)
}
