//! What users show to be recognised.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use events::{Acl, Href, action, resource};
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;

use super::{
    App,
    document::{Attributes, Document, Kept},
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

impl Kept for Credential {
    const ACTIONS: &'static [&'static str] = &[];
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

/// Adds the password of a user. No route shows credentials to anybody.
#[action(event = "credential.add", linked = user)]
pub(crate) async fn add(app: &App, user: &Href<User>, password: Password) -> Result<Href<Credential>, ApiError> {
    let caller = caller();
    let attributes = Attributes::named("password");
    let acl = Acl::owned_by(user.as_str().parse()?);
    let hash = hash(password).await?;
    app.database.add(None, move |id| Document::new(id, attributes, Some(acl), &caller, Credential { hash })).await
}

/// Takes a while, on purpose.
pub(crate) async fn hash(password: Password) -> Result<String, ApiError> {
    let hash = move || Argon2::default().hash_password(password.0.as_bytes()).map(|hash| hash.to_string());
    spawn_blocking(hash).await.map_err(ApiError::internal)?.map_err(ApiError::internal)
}

impl Credential {
    /// Whether this is the password.
    pub(crate) async fn is(self, password: Password) -> Result<bool, ApiError> {
        let verify = move || {
            let hash = PasswordHash::new(&self.hash).map_err(ApiError::internal)?;
            Ok(Argon2::default().verify_password(password.0.as_bytes(), &hash).is_ok())
        };
        spawn_blocking(verify).await.map_err(ApiError::internal)?
    }
}
