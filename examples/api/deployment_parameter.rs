//! What a deployment tells about itself while it runs.

use axum::extract::State;
use events::{Acl, Caller, Href, Right, action, emit, resource};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    App,
    answer::Answer,
    database::Transaction,
    deployment::{Deployment, DeploymentState, StateChanged},
    document::{Attributes, Document, Given},
    error::ApiError,
    extract::{Body, Path},
    state::Change,
};

/// The parameter that says how far the deployment is.
const STATE: &str = "ss:state";

/// One value that a deployment tells.
#[resource(events)]
#[derive(Serialize, Deserialize)]
pub(crate) struct DeploymentParameter {
    deployment: Href<Deployment>,
    #[serde(flatten)]
    told: Told,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Told {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    value: Option<String>,
}

/// Adds the parameter that says how far a deployment is, for those who may use the deployment. It is a part of the deployment:
/// it comes and goes with it, without an event of its own.
pub(crate) fn add(
    transaction: &Transaction<'_>,
    deployment: &Href<Deployment>,
    acl: Option<Acl>,
    caller: &Caller,
) -> Result<(), ApiError> {
    let own = DeploymentParameter { deployment: deployment.clone(), told: Told::default() };
    let make = |id| Document::new(id, Attributes::named(STATE), acl, caller, own);
    transaction.add(Some(of(deployment)?), make).map(drop)
}

/// It has the id of the deployment: whoever does a job need not search for it.
pub(crate) fn of(deployment: &Href<Deployment>) -> Result<Href<DeploymentParameter>, ApiError> {
    Ok(deployment.id().parse()?)
}

#[action(event = "deployment-parameter.edit", severity = "low", details(value: Option<String> = given.own.value))]
pub(crate) async fn edit(
    State(app): State<App>,
    Path(id): Path<Href<DeploymentParameter>>,
    Body(given): Body<Given<Told>>,
) -> Result<Answer, ApiError> {
    let take_over = |document: &mut Document<DeploymentParameter>, told: Told, _: &Caller| {
        let is_state = document.attributes.name.as_deref() == Some(STATE);
        let value = told.value.clone().filter(|_| is_state).map(Value::String);
        let state: Option<DeploymentState> = value.map(serde_json::from_value).transpose().map_err(|error| {
            ApiError::BadRequest(format!("resource {} does not satisfy defined schema: {error}", document.id))
        })?;
        document.own.told = told;
        Ok(state.map(|state| (state, document.own.deployment.clone())))
    };
    if let Some((state, deployment)) = app.edit(&id, given, take_over).await? {
        let change = move |document: &mut Document<Deployment>| Ok(Change::make(&mut document.own.state, state));
        // Who may tell the parameter need not have a right on the deployment.
        let Change { old_state, new_state } =
            app.database.change(deployment.clone(), Right::EditData, Caller::internal(), change).await?;
        emit(&deployment, StateChanged { old_state, new_state, parameter: Some(id.clone()) }).await?;
    }
    Ok(Answer::done(&id, "updated"))
}
