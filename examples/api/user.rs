//! Users.

use axum::extract::State;
use events::{Acl, Claim, Href, action, crud, resource};
use serde::{Deserialize, Serialize};

use super::{
    App,
    answer::Answer,
    credential::{self, Credential, Password},
    document::{Document, Given},
    error::ApiError,
    extract::{Body, caller},
};

/// Somebody who may log in. It is also a claim: `user/<name>`.
#[resource(events)]
#[derive(Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) credential: Href<Credential>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Registration {
    password: Password,
}

/// Only administrators add users.
#[action(event = "user.add", details(name: Option<String> = given.attributes.name))]
pub(crate) async fn add(State(app): State<App>, Body(given): Body<Given<Registration>>) -> Result<Answer, ApiError> {
    let caller = caller();
    if !caller.is_admin() {
        return Err(ApiError::CredentialsRequired);
    }
    let Given { attributes, own: Registration { password }, .. } = given;
    let Some(name) = attributes.name.as_deref() else {
        return Err(ApiError::BadRequest("a user has a `name`".to_owned()));
    };
    let id = name.parse::<Href<User>>()?;
    let acl = Acl::owned_by(id.as_str().parse::<Claim>()?);
    let make = move |id, credential| Document::new(id, attributes, Some(acl), &caller, User { credential });
    crud::add_with_events(credential::add(&app, &id, password, make)).await?;
    Ok(Answer::added(&id))
}
