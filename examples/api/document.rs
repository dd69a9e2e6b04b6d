//! A resource: what all have in common, around what a type has of its own.

use std::sync::LazyLock;

use events::{Acl, Caller, EventKind, EventSpec, Href, Registry, Resource, Right, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::error::ApiError;

/// A type of resource that the server keeps.
pub(crate) trait Kept: Resource + Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<K: Resource + Serialize + DeserializeOwned + Send + Sync + 'static> Kept for K {}

/// The operations on one resource of a type: those that are declared.
fn operations<K: Kept>() -> impl Iterator<Item = &'static str> {
    static DECLARED: LazyLock<Registry> = LazyLock::new(Registry::collect);
    let of_type = |event: &&EventSpec| event.kind == EventKind::Action && event.resource_type == type_of::<K>();
    let operations = DECLARED.events().map(|event| &event.spec).filter(of_type).map(|event| event.operation);
    operations.filter(|operation| *operation != "add" && !operation.starts_with("bulk-"))
}

/// The resource type, as it stands in hrefs.
pub(crate) fn type_of<K: Kept>() -> &'static str {
    K::DECLARATION.spec.resource_type
}

/// A stored resource.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", bound = "K: Kept")]
pub(crate) struct Document<K> {
    pub(crate) id: Href<K>,
    pub(crate) resource_type: String,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    #[serde(flatten)]
    pub(crate) attributes: Attributes,
    pub(crate) acl: Acl,
    #[serde(flatten)]
    pub(crate) own: K,
}

/// What users give a resource of any type.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Attributes {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Option<Vec<String>>,
}

impl Attributes {
    pub(crate) fn named(name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..Self::default() }
    }
}

/// A body that adds or edits. What it does not name stays as it is; attributes of the server are left alone.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Given<G = ()> {
    #[serde(flatten)]
    pub(crate) attributes: Attributes,
    #[serde(default)]
    pub(crate) acl: Option<Acl>,
    /// What only this type of resource takes.
    #[serde(flatten)]
    pub(crate) own: G,
}

impl<K: Kept> Document<K> {
    /// A new one, owned by whoever adds it unless it says otherwise.
    pub(crate) fn new(
        id: Href<K>,
        attributes: Attributes,
        acl: Option<Acl>,
        caller: &Caller,
        own: K,
    ) -> Result<Self, ApiError> {
        let owner = caller.active_claim.clone().ok_or(ApiError::CredentialsRequired)?;
        let acl = acl.unwrap_or_else(|| Acl::owned_by(owner));
        let now = now();
        let resource_type = type_of::<K>().to_owned();
        let document = Self { id, resource_type, created: now, updated: now, attributes, acl, own };
        document.owned().map(|()| document)
    }

    /// Takes over what a body names.
    pub(crate) fn edit(&mut self, attributes: Attributes, acl: Option<Acl>, caller: &Caller) -> Result<(), ApiError> {
        let Attributes { name, description, tags } = attributes;
        let mine = &mut self.attributes;
        mine.name = name.or(mine.name.take());
        mine.description = description.or(mine.description.take());
        mine.tags = tags.or(mine.tags.take());
        if let Some(acl) = acl.filter(|acl| *acl != self.acl) {
            self.check(Right::EditAcl, caller)?;
            self.acl = acl;
        }
        self.owned()
    }

    fn owned(&self) -> Result<(), ApiError> {
        let message = || format!("resource {} does not satisfy defined schema: `acl` names no owner", self.id);
        if self.acl.owners.is_empty() { Err(ApiError::BadRequest(message())) } else { Ok(()) }
    }

    /// Whether `caller` has a right on it.
    pub(crate) fn check(&self, right: Right, caller: &Caller) -> Result<(), ApiError> {
        if self.acl.allows(right, &caller.claims) { Ok(()) } else { Err(ApiError::Forbidden(self.id.to_string())) }
    }

    /// As `caller` sees it: without what is hidden, with what can be done.
    pub(crate) fn shown_to(&self, caller: &Caller) -> Result<Map<String, Value>, ApiError> {
        let mut shown = match serde_json::to_value(self).map_err(ApiError::internal)? {
            Value::Object(shown) => shown,
            _ => Map::new(),
        };
        let may = |right| self.acl.allows(right, &caller.claims);
        if !may(Right::ViewAcl) {
            shown.remove("acl");
        }
        let id = &self.id;
        let operations = operations::<K>().filter_map(|operation| {
            let (right, href) = match operation {
                "edit" => (Right::EditData, id.to_string()),
                "delete" => (Right::Delete, id.to_string()),
                "publish" => (Right::EditData, format!("{id}/publish")),
                "clone" => (Right::ViewData, format!("{id}/clone")),
                action => (Right::Manage, format!("{id}/{action}")),
            };
            may(right).then(|| json!({ "rel": operation, "href": href }))
        });
        shown.insert("operations".to_owned(), operations.collect());
        Ok(shown)
    }
}

pub(crate) fn now() -> Timestamp {
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
