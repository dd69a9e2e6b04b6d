//! Jobs: what is done in the background, by a program that asks for them over HTTP.

use std::borrow::Cow;

use axum::extract::State;
use events::{
    Acl, AnyHref, Context, Ending, EventDetails, EventId, Href, Operation, Outcome, Right, action, crud, emit,
    resource, scope,
};
use serde::{Deserialize, Serialize};

use super::{
    App,
    answer::Answer,
    database::Transaction,
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
    begin_and_hand_over(app, id, action, doing, |_| Ok(())).await.map(|(accepted, ())| accepted)
}

/// The same, and `begin` changes the resource when the job is added: there is never one without the other.
pub(crate) async fn begin_and_hand_over<K: Kept, T: Send + 'static>(
    app: &App,
    id: &Href<K>,
    action: &str,
    doing: &str,
    begin: impl Fn(&mut Document<K>) -> Result<T, ApiError> + Send + 'static,
) -> Result<(Answer, T), ApiError> {
    // What cannot begin leaves no events of a job.
    begin(&mut app.get(id, Right::Manage).await?)?;
    let begin = {
        let (id, caller) = (id.clone(), caller());
        move |transaction: &Transaction<'_>| transaction.change(&id, Right::Manage, &caller, begin)
    };
    let Added { job, begun } = added_with(app, action, id, begin).await?;
    Ok((Answer::accepted(id, doing, &job), begun))
}

/// Adds a job to do something to a resource, together with what `begin` does.
pub(crate) async fn added_with<K: Kept, T: Send + 'static>(
    app: &App,
    action: &str,
    target: &Href<K>,
    begin: impl FnOnce(&Transaction<'_>) -> Result<T, ApiError> + Send + 'static,
) -> Result<Added<T>, ApiError> {
    let cause = Operation::current();
    let added = crud::add_with_events(add(app, action, &target.untyped(), &cause, begin)).await?;
    cause.link(&added.job);
    Ok(added)
}

/// A job, and what was done when it was added.
pub(crate) struct Added<T> {
    job: Href<Job>,
    begun: T,
}

impl<T> Outcome for Added<T> {
    fn ending(&self) -> Ending {
        Ending::COMPLETED
    }

    fn created(&self) -> Option<Cow<'_, str>> {
        self.job.created()
    }
}

/// Adds a job. Whoever calls sees it; only the server's own programs change it.
#[action(event = "job.add", details(action), linked = target)]
async fn add<T: Send + 'static>(
    app: &App,
    action: &str,
    target: &AnyHref,
    cause: &Operation,
    begin: impl FnOnce(&Transaction<'_>) -> Result<T, ApiError> + Send + 'static,
) -> Result<Added<T>, ApiError> {
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
    let add = move |transaction: &Transaction<'_>| {
        let begun = begin(transaction)?;
        let job = transaction.add(None, |id| Document::new(id, attributes, Some(acl), &caller, job))?;
        Ok::<_, ApiError>(Added { job, begun })
    };
    app.database.transact(add).await
}

/// Whoever does a job says how far it is. Outside of the operation, below what caused the job, an event may be refused: so it
/// is recorded first, once nothing else can refuse the edit, and a job whose event cannot be stored stays in its state.
#[action(event = "job.edit", severity = "low")]
pub(crate) async fn edit(
    State(app): State<App>,
    Path(id): Path<Href<Job>>,
    Body(given): Body<Given<Reported<JobState>>>,
) -> Result<Answer, ApiError> {
    let Given { attributes, acl, own: reported } = given;
    let edit = {
        let caller = caller();
        move |job: &mut Document<Job>| {
            job.edit(attributes.clone(), acl.clone(), &caller)?;
            job.report(&reported, &caller)
        }
    };
    // Of two who report the same, the second finds it done.
    let _one_at_a_time = app.job_edits.lock().await;
    let mut job = app.get(&id, Right::EditData).await?;
    if let Some(Change { old_state, new_state }) = edit(&mut job)? {
        let changed = emit(&id, StateChanged { old_state, new_state });
        match job.own.parent.zip(job.own.root) {
            Some((parent, root)) => {
                let below = Context::current().unwrap_or_else(Context::anonymous).under(parent, root);
                scope(below, changed).await?
            }
            None => changed.await?,
        };
    }
    app.database.change(id.clone(), Right::EditData, caller(), edit).await?;
    Ok(Answer::done(&id, "updated"))
}
