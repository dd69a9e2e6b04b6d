//! What the handlers share.

use std::{sync::Arc, time::Duration};

use axum::http::Uri;
use events_core::{Caller, Claim, Context, EventId, EventManager, Found, Viewer, Visibility};

use crate::{error::ApiError, store::Store};

/// The event resource of one manager.
#[derive(Clone, Debug)]
pub(crate) struct Api(pub(crate) Arc<Settings>);

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) manager: EventManager,
    /// Where the collections stand: `/api`.
    pub(crate) base: String,
    /// Who may search and follow.
    pub(crate) searched_by: Vec<Claim>,
    /// Who may post.
    pub(crate) added_by: Vec<Claim>,
    /// Longest body, in bytes.
    pub(crate) body_limit: usize,
    /// A tail that has nothing to say says so this often.
    pub(crate) heartbeat: Duration,
    /// A tail ends then, so that the rights of its client are asked again.
    pub(crate) longest_tail: Duration,
    /// What the cloud entry point lists.
    pub(crate) collections: Vec<String>,
}

impl Api {
    pub(crate) fn manager(&self) -> &EventManager {
        &self.0.manager
    }

    /// The caller, if it may search.
    pub(crate) fn searcher(&self) -> Result<Caller, ApiError> {
        allowed(&self.0.searched_by)
    }

    /// The caller, if it may post.
    pub(crate) fn poster(&self) -> Result<Caller, ApiError> {
        allowed(&self.0.added_by)
    }

    /// The event that a path names, as the caller sees it.
    pub(crate) async fn event(&self, store: &Store<'_>, uri: &Uri) -> Result<Found, ApiError> {
        let (id, named) = self.id(uri);
        let id = id.ok_or_else(|| ApiError::NotFound(named.clone()))?;
        let viewer = Viewer::from(&caller());
        if let Some(found) = store.event(id, &viewer).await? {
            return Ok(found);
        }
        // Existing clients tell the two apart. It is the caller who asks, also with the eyes of an administrator.
        let seeing_all = Viewer::with_claims(viewer.claims().iter().chain(Viewer::admin().claims()).cloned());
        match store.event(id, &seeing_all).await? {
            Some(_) => Err(ApiError::Forbidden(named)),
            None => Err(ApiError::NotFound(named)),
        }
    }

    /// The same, if the caller sees its data.
    pub(crate) async fn event_with_data(&self, store: &Store<'_>, uri: &Uri) -> Result<Found, ApiError> {
        let found = self.event(store, uri).await?;
        if found.visibility() < Visibility::Data {
            return Err(ApiError::Forbidden(self.id(uri).1));
        }
        Ok(found)
    }

    /// The id of the event that a path names, and how it names it.
    pub(crate) fn id(&self, uri: &Uri) -> (Option<EventId>, String) {
        let segments = self.segments(uri.path());
        let named = segments.iter().take(2).copied().collect::<Vec<_>>().join("/");
        (named.parse().ok(), named)
    }

    /// What stands behind the base of a path.
    pub(crate) fn segments<'p>(&self, path: &'p str) -> Vec<&'p str> {
        let rest = path.strip_prefix(self.0.base.as_str()).unwrap_or_default();
        rest.split('/').filter(|segment| !segment.is_empty()).collect()
    }
}

/// Who calls; nobody in particular where no layer said it.
pub(crate) fn caller() -> Caller {
    Context::current().map(|context| context.caller().clone()).unwrap_or_default()
}

/// Whether it is nobody in particular.
pub(crate) fn is_anonymous(caller: &Caller) -> bool {
    caller.user_id.is_none() && caller.active_claim.is_none() && caller.claims.is_empty()
}

fn allowed(claims: &[Claim]) -> Result<Caller, ApiError> {
    let caller = caller();
    let is_one = caller.is_admin() || caller.claims.iter().any(|claim| claims.contains(claim));
    if is_one { Ok(caller) } else { Err(ApiError::CredentialsRequired) }
}
