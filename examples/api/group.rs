//! Users who may act together.

use axum::extract::State;
use events::{Claim, EventDetails, Href, Right, action, emit, resource};
use serde::{Deserialize, Serialize};

use super::{
    App,
    answer::Answer,
    document::{Document, Given},
    error::ApiError,
    extract::{Body, Path, user},
    user::User,
};

/// Users who may act together. Its id is also a claim: who belongs to it may act as the group.
#[resource(events("user-added", "user-removed"))]
#[derive(Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) users: Vec<Href<User>>,
}

/// A user belongs to a group from now on.
#[derive(EventDetails)]
#[event("group.user-added", category = "user", resource = Group, linked = user)]
struct UserAdded {
    user: Href<User>,
}

/// A user no longer belongs to a group.
#[derive(EventDetails)]
#[event("group.user-removed", category = "user", resource = Group, linked = user)]
struct UserRemoved {
    user: Href<User>,
}

/// Who belongs to it.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Members {
    #[serde(default)]
    users: Option<Vec<Href<User>>>,
}

/// It belongs to whoever adds it. Administrators choose its claim, `group/<name>`. Anybody else gets a new one, whatever the
/// name: a claim that can be chosen may be one that an ACL names already, or the proxy gives to somebody.
#[action(event = "group.add", details(name: Option<String> = given.attributes.name))]
pub(crate) async fn add(State(app): State<App>, Body(given): Body<Given<Members>>) -> Result<Answer, ApiError> {
    let caller = user()?;
    let Given { attributes, acl, own: Members { users } } = given;
    let Some(name) = attributes.name.as_deref() else {
        return Err(ApiError::BadRequest("a group has a `name`".to_owned()));
    };
    let id = if caller.is_admin() { Some(name.parse::<Href<Group>>()?) } else { None };
    let users = users.unwrap_or_default();
    let own = Group { users: users.clone() };
    let make = move |id: Href<Group>| {
        let mut document = Document::new(id, attributes, acl, &caller, own)?;
        show_members(&mut document)?;
        Ok(document)
    };
    let id = app.database.add(id, make).await?;
    for user in users {
        emit(&id, UserAdded { user }).await?;
    }
    Ok(Answer::added(&id))
}

/// Whoever belongs to it sees who else does, whatever its ACL says.
fn show_members(group: &mut Document<Group>) -> Result<(), ApiError> {
    let members: Claim = group.id.as_str().parse()?;
    group.acl = std::mem::take(&mut group.acl).granting(Right::ViewData, members);
    Ok(())
}

#[action(event = "group.edit", details(name: Option<String> = given.attributes.name))]
pub(crate) async fn edit(
    State(app): State<App>,
    Path(id): Path<Href<Group>>,
    Body(given): Body<Given<Members>>,
) -> Result<Answer, ApiError> {
    let replace = |document: &mut Document<Group>, Members { users }: Members, _: &_| {
        show_members(document)?;
        let users = users.unwrap_or_else(|| document.own.users.clone());
        let before = std::mem::replace(&mut document.own.users, users.clone());
        Ok((before, users))
    };
    let (before, after) = app.edit(&id, given, replace).await?;
    for user in after.iter().filter(|user| !before.contains(user)) {
        emit(&id, UserAdded { user: user.clone() }).await?;
    }
    for user in before.iter().filter(|user| !after.contains(user)) {
        emit(&id, UserRemoved { user: user.clone() }).await?;
    }
    Ok(Answer::done(&id, "updated"))
}
