//! What users show to be recognised.

use std::{sync::Arc, time::Duration};

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use events::{Acl, Href, action, resource};
use serde::{Deserialize, Serialize};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

use super::{
    App,
    database::Transaction,
    document::{Attributes, Document},
    error::ApiError,
    extract::caller,
    user::User,
};

/// What a user shows to be recognised.
#[resource(events)]
#[derive(Serialize, Deserialize)]
pub(crate) struct Credential {
    /// Of the password (PHC string format).
    hash: String,
}

/// A password on its way: neither printed nor recorded.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Password(String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

/// Works out hashes of passwords, a few at a time: each takes 19 MiB and a processor for a while, on purpose, and whoever
/// tries to log in may ask for one.
#[derive(Clone)]
pub(crate) struct Hashing(Arc<Semaphore>);

/// How long a login waits where others are before it.
const MOMENT: Duration = Duration::from_millis(250);

impl Hashing {
    pub(crate) fn at_once(hashes: usize) -> Self {
        Self(Arc::new(Semaphore::new(hashes)))
    }

    pub(crate) async fn hash(&self, password: Password) -> Result<String, ApiError> {
        let hash = move || Argon2::default().hash_password(password.0.as_bytes()).map(|hash| hash.to_string());
        self.run(hash).await?.map_err(ApiError::internal)
    }

    /// Whether this is the password of the credential.
    pub(crate) async fn is(&self, credential: Credential, password: Password) -> Result<bool, ApiError> {
        let verify = move || {
            let hash = PasswordHash::new(&credential.hash).map_err(ApiError::internal)?;
            Ok(Argon2::default().verify_password(password.0.as_bytes(), &hash).is_ok())
        };
        self.run(verify).await?
    }

    /// Waits a moment for a turn, and no longer: what waits is as unbounded as who asks.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
        let turn = timeout(MOMENT, self.0.clone().acquire_owned()).await.map_err(|_none_left| ApiError::Busy)?;
        let turn = turn.map_err(ApiError::internal)?;
        let work = move || {
            // Until it is done, also when the request is not waited for.
            let _turn = turn;
            work()
        };
        spawn_blocking(work).await.map_err(ApiError::internal)
    }
}

/// Adds the password of a user, together with the user that `make` makes of its id. No route shows credentials to anybody.
#[action(event = "credential.add", linked = user)]
pub(crate) async fn add(
    app: &App,
    user: &Href<User>,
    password: Password,
    make: impl FnOnce(Href<User>, Href<Credential>) -> Result<Document<User>, ApiError> + Send + 'static,
) -> Result<Href<Credential>, ApiError> {
    let (user, caller) = (user.clone(), caller());
    let attributes = Attributes::named("password");
    let acl = Acl::owned_by(user.as_str().parse()?);
    let hash = app.hashing.hash(password).await?;
    let add = move |transaction: &Transaction<'_>| {
        let own = Credential { hash };
        let id = transaction.add(None, |id| Document::new(id, attributes, Some(acl), &caller, own))?;
        transaction.add(Some(user), |user| make(user, id.clone()))?;
        Ok::<_, ApiError>(id)
    };
    app.database.transact(add).await
}
