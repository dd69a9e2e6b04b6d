//! One application on many devices.

use std::collections::{BTreeMap, BTreeSet};

use axum::{Json, extract::State, http::HeaderMap};
use events::{AnyHref, Href, Operation, Right, action, crud, resource};
use serde::{Deserialize, Serialize};

use super::{
    App,
    answer::Answer,
    deployment::{self, Deployment, DeploymentParts},
    document::{Attributes, Document, Given},
    error::ApiError,
    extract::{Body, Path, user},
    module::Module,
    nuvlabox::Nuvlabox,
};

/// One application on many devices.
#[resource(events("plan", "start", "stop"))]
#[derive(Serialize, Deserialize)]
pub(crate) struct DeploymentSet {
    #[serde(flatten)]
    parts: DeploymentSetParts,
    /// Those that exist.
    deployments: BTreeMap<Href<Nuvlabox>, Href<Deployment>>,
}

/// What runs on which devices.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct DeploymentSetParts {
    module: Href<Module>,
    fleet: BTreeSet<Href<Nuvlabox>>,
}

/// The set is written again with each deployment that it gets.
const LARGEST_FLEET: usize = 1_000;

/// A set has a deployment on one of its devices. Each device gets one: whoever comes second is refused.
pub(crate) fn enrol(
    set: &mut Document<DeploymentSet>,
    nuvlabox: Option<&Href<Nuvlabox>>,
    deployment: Href<Deployment>,
) -> Result<(), ApiError> {
    let Some(nuvlabox) = nuvlabox.filter(|nuvlabox| set.own.missing().any(|missing| missing == *nuvlabox)) else {
        return Err(ApiError::Conflict(set.id.to_string()));
    };
    set.own.deployments.insert(nuvlabox.clone(), deployment);
    Ok(())
}

/// A set has a deployment no more, and its device can have another one.
pub(crate) fn dismiss(set: &mut Document<DeploymentSet>, deployment: &Href<Deployment>) {
    set.own.deployments.retain(|_, kept| kept != deployment);
}

impl DeploymentSet {
    /// The devices that have no deployment.
    fn missing(&self) -> impl Iterator<Item = &Href<Nuvlabox>> {
        self.parts.fleet.iter().filter(|nuvlabox| !self.deployments.contains_key(nuvlabox))
    }
}

#[action(
    event = "deployment-set.add",
    details(
        name: Option<String> = given.attributes.name,
        module: Href<Module> = given.own.module,
        fleet: usize = given.own.fleet.len(),
    )
)]
pub(crate) async fn add(
    State(app): State<App>,
    Body(given): Body<Given<DeploymentSetParts>>,
) -> Result<Answer, ApiError> {
    if given.own.fleet.len() > LARGEST_FLEET {
        let how = format!("a `fleet` has {LARGEST_FLEET} devices at most: add several sets, and start them in bulk");
        return Err(ApiError::BadRequest(how));
    }
    let own = DeploymentSet { parts: given.own.clone(), deployments: BTreeMap::new() };
    Ok(Answer::added(&app.add(given, own).await?))
}

/// What starting a set would do.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Plan {
    deployments_to_add: Vec<Href<Nuvlabox>>,
    deployments_to_start: Vec<Href<Deployment>>,
}

#[action(event = "deployment-set.plan", severity = "low")]
pub(crate) async fn plan(State(app): State<App>, Path(id): Path<Href<DeploymentSet>>) -> Result<Json<Plan>, ApiError> {
    let set = app.get(&id, Right::Manage).await?.own;
    let plan = Plan {
        deployments_to_add: set.missing().cloned().collect(),
        deployments_to_start: set.deployments.into_values().collect(),
    };
    Operation::current().detail("deployments-to-add", &plan.deployments_to_add.len());
    Operation::current().detail("deployments-to-start", &plan.deployments_to_start.len());
    Ok(Json(plan))
}

/// Adds the deployments that are missing and starts all: each of them has its own events, below these.
#[action(event = "deployment-set.start")]
pub(crate) async fn start(
    State(app): State<App>,
    Path(id): Path<Href<DeploymentSet>>,
) -> Result<Json<Tally>, ApiError> {
    let set = app.get(&id, Right::Manage).await?;
    for nuvlabox in set.own.missing() {
        let module = set.own.parts.module.clone();
        let attributes = Attributes::named(format!("{module} on {nuvlabox}"));
        let (nuvlabox, deployment_set) = (Some(nuvlabox.clone()), Some(id.clone()));
        let own = DeploymentParts { module: Some(module), nuvlabox, deployment_set };
        let given = Body(Given { attributes, acl: Some(set.acl.clone()), own });
        match crud::add_with_events(deployment::add(State(app.clone()), given)).await {
            // Somebody who starts it at the same time has added that one.
            Ok(_) | Err(ApiError::Conflict(_)) => {}
            Err(error) => return Err(error),
        }
    }
    let deployments = app.get(&id, Right::Manage).await?.own.deployments;
    Tally::of(deployments.into_values(), |id| deployment::start(State(app.clone()), id)).await
}

#[action(event = "deployment-set.stop")]
pub(crate) async fn stop(State(app): State<App>, Path(id): Path<Href<DeploymentSet>>) -> Result<Json<Tally>, ApiError> {
    let set = app.get(&id, Right::Manage).await?;
    Tally::of(set.own.deployments.into_values(), |id| deployment::stop(State(app.clone()), id)).await
}

/// Which ones a bulk action is about.
#[derive(Debug, Deserialize)]
pub(crate) struct Chosen {
    #[serde(default)]
    ids: Vec<Href<DeploymentSet>>,
}

#[action(event = "deployment-set.bulk-start", details(sets: usize = chosen.ids.len()))]
pub(crate) async fn bulk_start(
    State(app): State<App>,
    headers: HeaderMap,
    Body(chosen): Body<Chosen>,
) -> Result<Json<Tally>, ApiError> {
    let ids = chosen.in_bulk(&headers)?;
    Tally::of(ids, |id| start(State(app.clone()), id)).await
}

#[action(event = "deployment-set.bulk-stop", details(sets: usize = chosen.ids.len()))]
pub(crate) async fn bulk_stop(
    State(app): State<App>,
    headers: HeaderMap,
    Body(chosen): Body<Chosen>,
) -> Result<Json<Tally>, ApiError> {
    let ids = chosen.in_bulk(&headers)?;
    Tally::of(ids, |id| stop(State(app.clone()), id)).await
}

impl Chosen {
    /// Nobody changes many resources by mistake: it takes a user, a header, and a choice.
    fn in_bulk(self, headers: &HeaderMap) -> Result<Vec<Href<DeploymentSet>>, ApiError> {
        user()?;
        if !headers.contains_key("bulk") {
            return Err(ApiError::BadRequest("Bulk request should contain bulk http header.".to_owned()));
        }
        if self.ids.is_empty() {
            return Err(ApiError::BadRequest("Bulk request should name the resources in `ids`.".to_owned()));
        }
        Ok(self.ids)
    }
}

/// What became of many: one that fails does not keep the others from theirs.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Tally {
    status: u16,
    message: String,
    success: Vec<AnyHref>,
    failed: Vec<NotDone>,
}

/// One that was not done.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct NotDone {
    resource_id: AnyHref,
    message: String,
}

impl Tally {
    /// Does the same to each, and notes with the operation how many failed.
    async fn of<R, T, F: Future<Output = Result<T, ApiError>>>(
        ids: impl IntoIterator<Item = Href<R>>,
        act: impl Fn(Path<Href<R>>) -> F,
    ) -> Result<Json<Self>, ApiError> {
        let mut tally = Self { status: 200, ..Self::default() };
        for id in ids {
            let resource_id = id.untyped();
            match crud::do_action_with_events(act(Path(id))).await {
                Ok(_) => tally.success.push(resource_id),
                // Without its events nothing is done: the client tries again.
                Err(ApiError::Refused(refused)) => return Err(refused.into()),
                Err(error) => tally.failed.push(NotDone { resource_id, message: error.to_string() }),
            }
        }
        let (done, failed) = (tally.success.len(), tally.failed.len());
        tally.message = format!("{done} done, {failed} failed");
        Operation::current().detail("done", &done);
        Operation::current().detail("failed", &failed);
        Ok(Json(tally))
    }
}
