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
    extract::{Body, Path, caller},
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

/// Whoever tells it needs the right on both: their ACLs may be different by now.
#[action(event = "deployment-parameter.edit", severity = "low", details(value: Option<String> = given.own.value))]
pub(crate) async fn edit(
    State(app): State<App>,
    Path(id): Path<Href<DeploymentParameter>>,
    Body(given): Body<Given<Told>>,
) -> Result<Answer, ApiError> {
    let Given { attributes, acl, own: told } = given;
    let (parameter, caller) = (id.clone(), caller());
    let tell = move |transaction: &Transaction<'_>| {
        let take_over = |document: &mut Document<DeploymentParameter>| {
            document.edit(attributes, acl, &caller)?;
            let is_state = document.attributes.name.as_deref() == Some(STATE);
            let value = told.value.clone().filter(|_| is_state).map(Value::String);
            let state: Option<DeploymentState> = value.map(serde_json::from_value).transpose().map_err(|error| {
                ApiError::BadRequest(format!("resource {} does not satisfy defined schema: {error}", document.id))
            })?;
            let DeploymentParameter { deployment, told: kept } = &mut document.own;
            kept.value = told.value.or(kept.value.take());
            Ok((deployment.clone(), state))
        };
        let (id, state) = transaction.change(&parameter, Right::EditData, &caller, take_over)?;
        let follow = |deployment: &mut Document<Deployment>| Ok(state.and_then(|state| deployment.goes_to(state)));
        let change = transaction.change(&id, Right::EditData, &caller, follow)?;
        Ok::<_, ApiError>(change.map(|change| (id, change)))
    };
    if let Some((deployment, Change { old_state, new_state })) = app.database.transact(tell).await? {
        emit(&deployment, StateChanged { old_state, new_state, parameter: Some(id.clone()) }).await?;
    }
    Ok(Answer::done(&id, "updated"))
}
