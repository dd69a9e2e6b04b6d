//! Jobs: what is done in the background, by a program that asks for them over HTTP.

use axum::extract::State;
use events::{
    Acl, AnyHref, Context, EventDetails, EventId, Href, Operation, Right, action, crud, emit, resource, scope,
};
use serde::{Deserialize, Serialize};

use super::{
    App,
    answer::Answer,
    document::{Attributes, Document, Given, Kept},
    error::ApiError,
    extract::{Body, Path, caller},
    state::{Change, Reported, Stateful},
};

/// Something that is to be done to another resource.
#[resource(events("state-changed"))]
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Job {
    pub(crate) action: String,
    pub(crate) target_resource: AnyHref,
    state: JobState,
    /// The event of the operation that caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) parent: Option<EventId>,
    /// The outermost operation that caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    root: Option<EventId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum JobState {
    Queued,
    Running,
    Success,
    Failed,
}

impl Kept for Job {
    const ACTIONS: &'static [&'static str] = &[];
}

impl Stateful for Job {
    type State = JobState;

    fn state(&mut self) -> &mut JobState {
        &mut self.state
    }
}

/// A job is in another state.
#[derive(EventDetails)]
#[event("job.state-changed", category = "state", severity = "low", resource = Job)]
struct StateChanged {
    old_state: String,
    new_state: String,
}

/// Has a job do something to a resource that whoever calls may manage.
pub(crate) async fn hand_over<K: Kept>(app: &App, id: &Href<K>, action: &str, doing: &str) -> Result<Answer, ApiError> {
    app.get(id, Right::Manage).await?;
    let cause = Operation::current();
    let job = crud::add_with_events(add(app, action, &id.untyped(), &cause)).await?;
    cause.link(&job);
    Ok(Answer::accepted(id, doing, &job))
}

/// Adds a job. Whoever calls sees it; only the server's own programs change it.
#[action(event = "job.add", details(action), linked = target)]
async fn add(app: &App, action: &str, target: &AnyHref, cause: &Operation) -> Result<Href<Job>, ApiError> {
    let caller = caller();
    let owner = caller.active_claim.clone().ok_or(ApiError::CredentialsRequired)?;
    let acl = Acl::owned_by("group/nuvla-admin".parse()?).granting(Right::ViewAcl, owner);
    let attributes = Attributes::named(action);
    let job = Job {
        action: action.to_owned(),
        target_resource: target.clone(),
        state: JobState::Queued,
        parent: cause.id(),
        root: cause.root(),
    };
    app.database.add(None, move |id| Document::new(id, attributes, Some(acl), &caller, job)).await
}

/// Whoever does a job says how far it is.
#[action(event = "job.edit", severity = "low")]
pub(crate) async fn edit(
    State(app): State<App>,
    Path(id): Path<Href<Job>>,
    Body(given): Body<Given<Reported<JobState>>>,
) -> Result<Answer, ApiError> {
    let change = |document: &mut Document<Job>, reported: Reported<JobState>, caller: &_| {
        let change = document.report(&reported, caller)?;
        Ok((change, document.own.parent.zip(document.own.root)))
    };
    let (changed, cause) = app.edit(&id, given, change).await?;
    if let Some(Change { old_state, new_state }) = changed {
        let changed = emit(&id, StateChanged { old_state, new_state });
        match cause {
            // It follows from what caused the job, not from this request.
            Some((parent, root)) => scope(Context::new(caller()).under(parent, root), changed).await?,
            None => changed.await?,
        };
    }
    Ok(Answer::done(&id, "updated"))
}
