//! What handlers work with: the database, as whoever calls may use it.

use std::sync::Arc;

use events::{Builder, Caller, Href, Right};
use tokio::sync::Mutex;

use super::{
    credential::{Credential, Hashing},
    database::{Database, Transaction},
    deployment::Deployment,
    deployment_parameter::DeploymentParameter,
    deployment_set::DeploymentSet,
    document::{Document, Given, Kept},
    error::ApiError,
    extract::{caller, user},
    group::Group,
    infrastructure_service::InfrastructureService,
    job::Job,
    module::Module,
    nuvlabox::Nuvlabox,
    session::Session,
    state::{Change, Stateful},
    user::User,
};

#[derive(Clone)]
pub(crate) struct App {
    pub(crate) database: Database,
    pub(crate) hashing: Hashing,
    /// Held while a job is edited.
    pub(crate) job_edits: Arc<Mutex<()>>,
}

/// What the events of this server need: where ACLs are found, and which declarations must have arrived.
pub(crate) fn events(builder: Builder, database: &Database) -> Builder {
    builder
        .resources(database.clone())
        .expect::<Credential>()
        .expect::<Deployment>()
        .expect::<DeploymentParameter>()
        .expect::<DeploymentSet>()
        .expect::<Group>()
        .expect::<InfrastructureService>()
        .expect::<Job>()
        .expect::<Module>()
        .expect::<Nuvlabox>()
        .expect::<Session>()
        .expect::<User>()
}

impl App {
    pub(crate) fn new(database: Database) -> Self {
        // They take 152 MiB together.
        Self { database, hashing: Hashing::at_once(8), job_edits: Arc::default() }
    }

    /// The resource, if whoever calls has `right` on it.
    pub(crate) async fn get<K: Kept>(&self, id: &Href<K>, right: Right) -> Result<Document<K>, ApiError> {
        self.database.get(id.clone(), right, caller()).await
    }

    /// Adds a resource; it belongs to the user who calls, unless `given` says otherwise.
    pub(crate) async fn add<K: Kept, G: Send + 'static>(&self, given: Given<G>, own: K) -> Result<Href<K>, ApiError> {
        self.database.add(None, Self::document(given, own)?).await
    }

    /// What is made of an id when a resource is added.
    pub(crate) fn document<K: Kept, G>(
        given: Given<G>,
        own: K,
    ) -> Result<impl FnOnce(Href<K>) -> Result<Document<K>, ApiError> + use<K, G>, ApiError> {
        let caller = user()?;
        let Given { attributes, acl, .. } = given;
        Ok(move |id| Document::new(id, attributes, acl, &caller, own))
    }

    /// Takes over what `given` names, and lets `change` do so with what the type has of its own.
    pub(crate) async fn edit<K: Kept, G: Send + 'static, T: Send + 'static>(
        &self,
        id: &Href<K>,
        given: Given<G>,
        change: impl FnOnce(&mut Document<K>, G, &Caller) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let caller = caller();
        let edit = {
            let caller = caller.clone();
            move |document: &mut Document<K>| {
                let Given { attributes, acl, own } = given;
                document.edit(attributes, acl, &caller)?;
                change(document, own, &caller)
            }
        };
        self.database.change(id.clone(), Right::EditData, caller, edit).await
    }

    /// Deletes a resource that `let_go` lets go, with what that does besides.
    pub(crate) async fn delete<K: Kept>(
        &self,
        id: &Href<K>,
        let_go: impl FnOnce(&Transaction<'_>, &mut Document<K>) -> Result<(), ApiError> + Send + 'static,
    ) -> Result<(), ApiError> {
        self.database.delete(id.clone(), caller(), let_go).await
    }

    /// Puts a resource that is in one of the states `from` into another one.
    pub(crate) async fn reach<K: Stateful>(
        &self,
        id: &Href<K>,
        action: &'static str,
        from: &'static [K::State],
        goal: K::State,
    ) -> Result<Change, ApiError> {
        let change = move |document: &mut Document<K>| document.reach(action, from, goal);
        self.database.change(id.clone(), Right::Manage, caller(), change).await
    }
}
