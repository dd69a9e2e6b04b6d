//! States of resources, and what changes them.

use events::Caller;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    document::{Document, Kept},
    error::ApiError,
};

/// A resource that is in one of several states.
pub(crate) trait Stateful: Kept {
    type State: Copy + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static;

    fn state(&mut self) -> &mut Self::State;
}

/// The word that stands for a state in documents and events.
pub(crate) fn word(state: impl Serialize) -> String {
    // An enum without fields is written as its name.
    serde_json::to_value(state).ok().as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// From one state to another.
pub(crate) struct Change {
    pub(crate) old_state: String,
    pub(crate) new_state: String,
}

impl Change {
    fn make<S: Copy + Serialize>(state: &mut S, goal: S) -> Self {
        Self { old_state: word(std::mem::replace(state, goal)), new_state: word(goal) }
    }
}

/// The part of a body that says in which state a resource is by now.
#[derive(Debug, Deserialize)]
pub(crate) struct Reported<S> {
    pub(crate) state: Option<S>,
}

impl<K: Stateful> Document<K> {
    /// Refuses an action in any other state.
    pub(crate) fn must_be(&mut self, action: &'static str, allowed: &[K::State]) -> Result<(), ApiError> {
        let state = *self.own.state();
        if allowed.contains(&state) {
            return Ok(());
        }
        Err(ApiError::InvalidState { action, resource: self.id.to_string(), state: word(state) })
    }

    /// Goes from one of the states `from` to another one.
    pub(crate) fn reach(
        &mut self,
        action: &'static str,
        from: &[K::State],
        goal: K::State,
    ) -> Result<Change, ApiError> {
        self.must_be(action, from)?;
        Ok(Change::make(self.own.state(), goal))
    }

    /// Goes to a state; nothing changes where it is in that already.
    pub(crate) fn goes_to(&mut self, goal: K::State) -> Option<Change> {
        let state = self.own.state();
        (*state != goal).then(|| Change::make(state, goal))
    }

    /// Takes over the state that was reached. Whoever does the server's jobs reports that, and nobody else.
    pub(crate) fn report(
        &mut self,
        reported: &Reported<K::State>,
        caller: &Caller,
    ) -> Result<Option<Change>, ApiError> {
        let Some(state) = reported.state.filter(|state| state != self.own.state()) else { return Ok(None) };
        if !caller.is_admin() {
            return Err(ApiError::Forbidden(self.id.to_string()));
        }
        Ok(self.goes_to(state))
    }
}
