//! Edge devices.

use std::collections::BTreeMap;

use axum::extract::State;
use events::{AnyHref, EventDetails, Href, Record, Refused, Right, action, crud, emit, resource};
use serde::{Deserialize, Serialize};

use super::{
    App,
    answer::Answer,
    credential::Credential,
    document::{Attributes, Document, Given},
    error::ApiError,
    extract::{Body, Path},
    infrastructure_service::{self, Changes, InfrastructureService, ServiceParts},
    job,
    state::{Change, Reported, Stateful},
};

/// An edge device.
#[resource(events(
    "activate",
    "commission",
    "decommission",
    "add-ssh-key",
    "revoke-ssh-key",
    "update-nuvlabox",
    "reboot",
    "check-api",
    "cluster-nuvlabox",
    "state-changed"
))]
#[derive(Serialize, Deserialize)]
pub(crate) struct Nuvlabox {
    state: NuvlaboxState,
    /// What runs on it, by subtype.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    services: BTreeMap<String, Href<InfrastructureService>>,
}

/// A device has a service. It has one of each subtype: whoever comes second is refused.
pub(crate) fn serve(
    nuvlabox: &mut Document<Nuvlabox>,
    subtype: &str,
    service: Href<InfrastructureService>,
) -> Result<(), ApiError> {
    if nuvlabox.own.services.contains_key(subtype) {
        return Err(ApiError::Conflict(nuvlabox.id.to_string()));
    }
    nuvlabox.own.services.insert(subtype.to_owned(), service);
    Ok(())
}

/// A device has a service no more, and can have another one of its subtype.
pub(crate) fn dismiss(nuvlabox: &mut Document<Nuvlabox>, service: &Href<InfrastructureService>) {
    nuvlabox.own.services.retain(|_, kept| kept != service);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum NuvlaboxState {
    New,
    Activated,
    Commissioned,
    Decommissioning,
    Decommissioned,
}

use NuvlaboxState::{Activated, Commissioned, Decommissioned, Decommissioning, New};

impl Stateful for Nuvlabox {
    type State = NuvlaboxState;

    fn state(&mut self) -> &mut NuvlaboxState {
        &mut self.state
    }
}

/// A device is in another state.
#[derive(EventDetails)]
#[event("nuvlabox.state-changed", category = "state", resource = Nuvlabox)]
struct StateChanged {
    old_state: String,
    new_state: String,
}

async fn announce(id: &Href<Nuvlabox>, change: Change) -> Result<(), Refused> {
    let Change { old_state, new_state } = change;
    emit(id, StateChanged { old_state, new_state }).await.map(drop)
}

#[action(event = "nuvlabox.add", details(name: Option<String> = given.attributes.name))]
pub(crate) async fn add(State(app): State<App>, Body(given): Body<Given>) -> Result<Answer, ApiError> {
    Ok(Answer::added(&app.add(given, Nuvlabox { state: New, services: BTreeMap::new() }).await?))
}

#[action(event = "nuvlabox.edit", details(name: Option<String> = given.attributes.name))]
pub(crate) async fn edit(
    State(app): State<App>,
    Path(id): Path<Href<Nuvlabox>>,
    Body(given): Body<Given<Reported<NuvlaboxState>>>,
) -> Result<Answer, ApiError> {
    let changed = app.edit(&id, given, |document, reported, caller| document.report(&reported, caller)).await?;
    if let Some(change) = changed {
        announce(&id, change).await?;
    }
    Ok(Answer::done(&id, "updated"))
}

#[action(event = "nuvlabox.delete", severity = "high")]
pub(crate) async fn delete(State(app): State<App>, Path(id): Path<Href<Nuvlabox>>) -> Result<Answer, ApiError> {
    app.delete::<Nuvlabox>(&id, |_, document| document.must_be("delete", &[New, Decommissioned])).await?;
    Ok(Answer::done(&id, "deleted"))
}

#[action(event = "nuvlabox.activate")]
pub(crate) async fn activate(State(app): State<App>, Path(id): Path<Href<Nuvlabox>>) -> Result<Answer, ApiError> {
    announce(&id, app.reach(&id, "activate", &[New], Activated).await?).await?;
    Ok(Answer::done(&id, "activated"))
}

/// Where the container orchestrations of a device answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(crate) struct Endpoints {
    swarm_endpoint: Option<String>,
    kubernetes_endpoint: Option<String>,
}

/// The device says what runs on it: each orchestration becomes an infrastructure service.
#[action(
    event = "nuvlabox.commission",
    details(
        swarm_endpoint: Option<String> = endpoints.swarm_endpoint,
        kubernetes_endpoint: Option<String> = endpoints.kubernetes_endpoint,
    )
)]
pub(crate) async fn commission(
    State(app): State<App>,
    Path(id): Path<Href<Nuvlabox>>,
    Body(endpoints): Body<Endpoints>,
) -> Result<Answer, ApiError> {
    let mut nuvlabox = app.get(&id, Right::Manage).await?;
    nuvlabox.must_be("commission", &[Activated])?;
    for (subtype, endpoint) in [("swarm", endpoints.swarm_endpoint), ("kubernetes", endpoints.kubernetes_endpoint)] {
        if let Some(endpoint) = endpoint {
            orchestrate(&app, &nuvlabox, subtype, endpoint).await?;
        }
    }
    announce(&id, app.reach(&id, "commission", &[Activated], Commissioned).await?).await?;
    Ok(Answer::done(&id, "commissioned"))
}

/// Adds the service of a subtype. One that is there, because commissioning is tried again, answers at this endpoint from now
/// on.
async fn orchestrate(
    app: &App,
    nuvlabox: &Document<Nuvlabox>,
    subtype: &str,
    endpoint: String,
) -> Result<(), ApiError> {
    let endpoint = Some(endpoint);
    let state = State(app.clone());
    let Some(service) = nuvlabox.own.services.get(subtype) else {
        let attributes = Attributes::named(format!("{subtype} on {}", nuvlabox.id));
        let own = ServiceParts { subtype: subtype.to_owned(), endpoint, nuvlabox: Some(nuvlabox.id.clone()) };
        let service = Body(Given { attributes, acl: None, own });
        return match crud::add_with_events(infrastructure_service::add(state, service)).await {
            // Somebody who commissions it at the same time has added that one.
            Ok(_) | Err(ApiError::Conflict(_)) => Ok(()),
            Err(error) => Err(error),
        };
    };
    if app.get(service, Right::ViewData).await?.own.parts.endpoint != endpoint {
        let own = Changes { endpoint, reported: Reported { state: None } };
        let changes = Body(Given { attributes: Attributes::default(), acl: None, own });
        crud::edit_with_events(infrastructure_service::edit(state, Path(service.clone()), changes)).await?;
    }
    Ok(())
}

#[action(event = "nuvlabox.decommission", severity = "high")]
pub(crate) async fn decommission(State(app): State<App>, Path(id): Path<Href<Nuvlabox>>) -> Result<Answer, ApiError> {
    let leave = |nuvlabox: &mut Document<Nuvlabox>| {
        nuvlabox.reach("decommission", &[New, Activated, Commissioned], Decommissioning)
    };
    let (accepted, change) =
        job::begin_and_hand_over(&app, &id, "decommission_nuvlabox", "decommissioning", leave).await?;
    announce(&id, change).await?;
    Ok(accepted)
}

#[derive(Debug, Default, Deserialize)]
pub(crate) struct RebootOptions {
    #[serde(default)]
    force: bool,
}

#[action(event = "nuvlabox.reboot", severity = "high", details(force: bool = options.force))]
pub(crate) async fn reboot(
    State(app): State<App>,
    Path(id): Path<Href<Nuvlabox>>,
    Body(options): Body<RebootOptions>,
) -> Result<Answer, ApiError> {
    let action = if options.force { "force_reboot_nuvlabox" } else { "reboot_nuvlabox" };
    job::hand_over(&app, &id, action, "rebooting").await
}

/// The key that is meant; the key itself is not sent.
#[derive(Debug, Deserialize)]
pub(crate) struct SshKey {
    credential: Href<Credential>,
}

#[action(event = "nuvlabox.add-ssh-key", linked = key.credential, details(credential: Href<Credential> = key.credential))]
pub(crate) async fn add_ssh_key(
    State(app): State<App>,
    Path(id): Path<Href<Nuvlabox>>,
    Body(key): Body<SshKey>,
) -> Result<Answer, ApiError> {
    on_device(&app, &id, "add-ssh-key", "nuvlabox_add_ssh_key", "adding an SSH key to").await
}

#[action(event = "nuvlabox.revoke-ssh-key", linked = key.credential, details(credential: Href<Credential> = key.credential))]
pub(crate) async fn revoke_ssh_key(
    State(app): State<App>,
    Path(id): Path<Href<Nuvlabox>>,
    Body(key): Body<SshKey>,
) -> Result<Answer, ApiError> {
    on_device(&app, &id, "revoke-ssh-key", "nuvlabox_revoke_ssh_key", "revoking an SSH key of").await
}

/// The release that a device is to run.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Update {
    nuvlabox_release: AnyHref,
}

#[action(
    event = "nuvlabox.update-nuvlabox",
    linked = update.nuvlabox_release,
    details(nuvlabox_release: AnyHref = update.nuvlabox_release)
)]
pub(crate) async fn update_nuvlabox(
    State(app): State<App>,
    Path(id): Path<Href<Nuvlabox>>,
    Body(update): Body<Update>,
) -> Result<Answer, ApiError> {
    on_device(&app, &id, "update-nuvlabox", "nuvlabox_update", "updating").await
}

#[action(event = "nuvlabox.check-api", severity = "low")]
pub(crate) async fn check_api(State(app): State<App>, Path(id): Path<Href<Nuvlabox>>) -> Result<Answer, ApiError> {
    on_device(&app, &id, "check-api", "check_nuvlabox_api", "checking the API of").await
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Clustering {
    cluster_action: ClusterAction,
}

#[derive(Debug, Deserialize, Record)]
#[serde(rename_all = "kebab-case")]
enum ClusterAction {
    JoinWorker,
    JoinManager,
    Leave,
    ForceNewCluster,
}

#[action(event = "nuvlabox.cluster-nuvlabox", details(cluster_action: ClusterAction = clustering.cluster_action))]
pub(crate) async fn cluster_nuvlabox(
    State(app): State<App>,
    Path(id): Path<Href<Nuvlabox>>,
    Body(clustering): Body<Clustering>,
) -> Result<Answer, ApiError> {
    on_device(&app, &id, "cluster-nuvlabox", "cluster_nuvlabox", "changing the cluster of").await
}

/// A job does it on the device, which has to be in use.
async fn on_device(
    app: &App,
    id: &Href<Nuvlabox>,
    action: &'static str,
    job: &str,
    doing: &str,
) -> Result<Answer, ApiError> {
    let in_use = move |nuvlabox: &mut Document<Nuvlabox>| nuvlabox.must_be(action, &[Activated, Commissioned]);
    job::begin_and_hand_over(app, id, job, doing, in_use).await.map(|(accepted, ())| accepted)
}
