//! Jobs: what is done in the background.

use events::{AnyHref, Caller, Href, action, resource};
use serde::{Deserialize, Serialize};

use crate::{
    App,
    document::{Attributes, Document, Given, Kept},
    error::ApiError,
};

/// Something that is to be done to another resource.
#[resource(events)]
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Job {
    action: String,
    target_resource: String,
    state: JobState,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum JobState {
    Queued,
}

impl Kept for Job {
    const ACTIONS: &'static [&'static str] = &[];
}

/// Adds a job. Called inside an operation, its events stand below those of the operation.
#[action(event = "job.add", details(action), linked = target)]
pub(crate) async fn submit(app: &App, action: &str, target: &AnyHref, caller: &Caller) -> Result<Href<Job>, ApiError> {
    let given = Given { attributes: Attributes { name: Some(action.to_owned()), ..Attributes::default() }, acl: None };
    let job = Job { action: action.to_owned(), target_resource: target.to_string(), state: JobState::Queued };
    let caller = caller.clone();
    app.database.add(move |id| Document::new(id, given, &caller, job)).await
}
