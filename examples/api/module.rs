//! Applications as they are written, in versions.

use axum::extract::State;
use events::{Href, Operation, Record, Right, action, resource};
use serde::{Deserialize, Serialize};

use super::{
    App,
    answer::Answer,
    document::{Document, Given},
    error::ApiError,
    extract::{Body, Path, caller},
};

/// An application as it is written.
#[resource(events("publish"))]
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Module {
    #[serde(flatten)]
    parts: ModuleParts,
    /// How often its content was written.
    version: u32,
    /// The version that others may use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    published: Option<u32>,
}

/// What and where it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ModuleParts {
    path: String,
    subtype: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content: Option<String>,
}

#[action(
    event = "module.add",
    details(
        name: Option<String> = given.attributes.name,
        path: String = given.own.path,
        subtype: String = given.own.subtype,
    )
)]
pub(crate) async fn add(State(app): State<App>, Body(given): Body<Given<ModuleParts>>) -> Result<Answer, ApiError> {
    let own = Module { parts: given.own.clone(), version: 1, published: None };
    Ok(Answer::added(&app.add(given, own).await?))
}

/// What may be changed of it.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Content {
    #[serde(default)]
    content: Option<String>,
}

/// New content is a new version.
#[action(event = "module.edit", details(name: Option<String> = given.attributes.name))]
pub(crate) async fn edit(
    State(app): State<App>,
    Path(id): Path<Href<Module>>,
    Body(given): Body<Given<Content>>,
) -> Result<Answer, ApiError> {
    let write = |document: &mut Document<Module>, Content { content }: Content, _: &_| {
        if content.is_some() {
            document.own.parts.content = content;
            document.own.version += 1;
        }
        Ok(document.own.version)
    };
    let version = app.edit(&id, given, write).await?;
    Operation::current().detail("version", &version);
    Ok(Answer::done(&id, "updated"))
}

#[action(event = "module.delete")]
pub(crate) async fn delete(State(app): State<App>, Path(id): Path<Href<Module>>) -> Result<Answer, ApiError> {
    app.delete::<Module>(&id, |_, _| Ok(())).await?;
    Ok(Answer::done(&id, "deleted"))
}

/// What those who are told of a module want to know of it.
#[derive(Record)]
struct Published {
    name: Option<String>,
    path: String,
    subtype: String,
}

/// Lets others use the newest version.
#[action(event = "module.publish")]
pub(crate) async fn publish(State(app): State<App>, Path(id): Path<Href<Module>>) -> Result<Answer, ApiError> {
    let publish = |document: &mut Document<Module>| {
        let Module { version, published, parts } = &mut document.own;
        if *published == Some(*version) {
            let (resource, state) = (document.id.to_string(), "published".to_owned());
            return Err(ApiError::InvalidState { action: "publish", resource, state });
        }
        *published = Some(*version);
        let (name, path, subtype) = (document.attributes.name.clone(), parts.path.clone(), parts.subtype.clone());
        Ok((Published { name, path, subtype }, *version))
    };
    let (published, version) = app.database.change(id.clone(), Right::EditData, caller(), publish).await?;
    Operation::current().content(&published);
    Operation::current().detail("version", &version);
    Ok(Answer::done(&id, "published"))
}
