//! A posted document of either shape, read into what an event is made of.

use serde_json::{Map, Value, json};

use super::{
    capped::Caps,
    fields::{Fields, shown},
    moment,
};
use crate::{
    acl::{Acl, Right},
    category::Severity,
    event_type::{EventType, MAX_EVENT_TYPE, is_kebab_case},
    href::{AnyHref, MAX_HREF},
    identity::{Caller, Claim},
    keys::MAX_TAG,
    opening::MAX_LIST,
    timestamp::Timestamp,
};

/// What a posted document says.
#[derive(Debug)]
pub(super) struct Draft {
    /// None only where there is a problem.
    pub(super) event_type: Option<EventType>,
    /// As it was posted.
    pub(super) name: Option<String>,
    pub(super) category: Option<String>,
    /// What was said of the category is a problem already.
    pub(super) names_no_category: bool,
    pub(super) subcategory: Option<String>,
    pub(super) severity: Severity,
    pub(super) timestamp: Option<Timestamp>,
    pub(super) href: Option<AnyHref>,
    pub(super) content: Option<Value>,
    pub(super) linked_identifiers: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) authn_info: Option<Caller>,
    pub(super) success: Option<bool>,
    pub(super) message: Option<String>,
    pub(super) details: Map<String, Value>,
    pub(super) payload: Option<Value>,
    pub(super) acl: Option<Acl>,
    pub(super) version: Option<u32>,
    pub(super) legacy_id: Option<String>,
}

/// What the server decides; a document that was read somewhere has them.
const OF_THE_SERVER: [&str; 8] =
    ["id", "resource-type", "created", "updated", "created-by", "updated-by", "operations", "resource-metadata"];

/// What only events of operations have, or what follows from the request.
const OF_OPERATIONS: [&str; 8] =
    ["parent", "root", "process", "deadline", "failure", "duration-ms", "acl-fallback", "traceparent"];

/// What a document says of its resource, in either shape.
#[derive(Debug, Default)]
struct About {
    href: Option<AnyHref>,
    resource_type: Option<String>,
    content: Option<Value>,
    state: Option<String>,
    linked_identifiers: Option<Vec<String>>,
}

impl Draft {
    /// Reads a document. Whatever is wrong with it goes to `problems`.
    pub(super) fn read(
        document: Map<String, Value>,
        by_admin: bool,
        payload_limit: usize,
        problems: &mut Vec<String>,
    ) -> Self {
        let mut caps = Caps::new(payload_limit);
        let mut own = Vec::new();
        let mut fields = Fields::new("", document, &mut own);
        fields.ignore(&OF_THE_SERVER);
        for name in OF_OPERATIONS {
            if fields.value(name).is_some() {
                fields.problem(name, "only the server writes it: leave it out");
            }
        }
        if fields.string("phase").is_some_and(|phase| phase != "occurred") {
            fields.problem("phase", "a posted event has occurred: leave it out");
        }
        let is_older = !fields.has("resource") && !fields.has("event-type");
        let about = about(&mut fields, is_older);

        let name = fields.string("name").filter(|name| !name.is_empty());
        if name.as_ref().is_some_and(|name| name.len() > MAX_NAME) {
            fields.problem("name", format_args!("it is longer than {MAX_NAME} bytes: shorten it"));
        }
        let event_type = match fields.has("event-type") {
            true => fields.parsed("event-type"),
            false => Some(event_type_of(name.as_deref(), &about)),
        };
        let category_given = fields.has("category");
        let category = fields.string("category").map(|category| match category.as_str() {
            // What older documents say for one of these.
            "add" | "edit" | "delete" => "crud".to_owned(),
            _ => category,
        });
        let names_no_category = category_given && category.is_none();
        let subcategory = fields.string("subcategory");
        if subcategory.as_ref().is_some_and(|subcategory| !is_kebab_case(subcategory) || subcategory.len() > MAX_NAME) {
            fields.problem("subcategory", "write it in kebab-case");
        }
        let severity = severity(&mut fields, is_older);
        let timestamp = fields
            .string("timestamp")
            .and_then(|text| moment::read(&text).inspect_err(|error| fields.problem("timestamp", error)).ok());
        let authn_info = authn_info(&mut fields, by_admin);
        let acl = acl(&mut fields);
        let description = fields.string("description");
        let message = fields.string("message").or(description).map(|message| caps.sentence(message));
        let linked = fields.strings("linked-identifiers").or(about.linked_identifiers).unwrap_or_default();
        let tags = fields.strings("tags").unwrap_or_default();
        let mut details = fields.object("details").map(|details| caps.details(details)).unwrap_or_default();
        if let Some(state) = about.state {
            details.entry("new-state").or_insert_with(|| caps.sentence(state).into());
        }
        let legacy_id = fields.string("legacy-id");
        if legacy_id.as_ref().is_some_and(|id| !by_admin || id.len() > MAX_HREF) {
            fields.problem("legacy-id", "administrators say it when they import events, in 512 bytes: leave it out");
        }
        let success = fields.bool("success");
        let payload = fields.value("payload").map(|payload| caps.payload(&payload));
        let version = fields.number("version");
        fields.end();
        problems.append(&mut own);

        let content = about.content.map(|content| caps.payload(&content));
        let linked_identifiers = caps.list(linked, MAX_HREF);
        let mut tags = caps.list(tags, MAX_TAG);
        if caps.cut && !tags.iter().any(|tag| tag == TRUNCATED) {
            tags.push(TRUNCATED.to_owned());
        }
        Self {
            event_type,
            name,
            category,
            names_no_category,
            subcategory,
            severity,
            timestamp,
            href: about.href,
            content,
            linked_identifiers,
            tags,
            authn_info,
            success,
            message,
            details,
            payload,
            acl,
            version,
            legacy_id,
        }
    }
}

/// Longest name, in bytes.
const MAX_NAME: usize = 512;

/// The tag of an event of which a cap cut something.
const TRUNCATED: &str = "truncated";

/// The name where that is an event type, else that something of an older shape happened to a resource.
fn event_type_of(name: Option<&str>, about: &About) -> EventType {
    let resource_type = about.href.as_ref().map(AnyHref::resource_type).or(about.resource_type.as_deref());
    let legacy = |resource_type: &str| format!("{resource_type}.legacy").parse().ok();
    let named = name.and_then(|name| name.parse().ok());
    named.or_else(|| resource_type.and_then(legacy)).unwrap_or(EventType::declared("event.legacy"))
}

/// `resource` of the new shape, `content` of the older one; a document that was read somewhere has both.
fn about(fields: &mut Fields<'_>, is_older: bool) -> About {
    let content = fields.object("content");
    let resource = fields.object("resource");
    if is_older && content.is_none() {
        fields.problem("content", "say what the event is about: `{\"resource\": {\"href\": \"<type>/<id>\"}}`");
    }
    let mut problems = Vec::new();
    let older = content.map(|content| older_content(content, &mut problems)).unwrap_or_default();
    let mut about = match resource {
        None => older,
        Some(resource) => {
            let mut resource = Fields::new("resource.", resource, &mut problems);
            let about = About {
                href: resource.parsed("href"),
                resource_type: resource.string("type"),
                content: resource.value("content"),
                ..older
            };
            resource.end();
            if older.href.is_some() && older.href != about.href {
                problems.push("`content.resource.href`: it is not `resource.href`: write one of them".to_owned());
            }
            about
        }
    };
    if let Some(given) = &about.resource_type {
        let contradicts = about.href.as_ref().is_some_and(|href| href.resource_type() != given);
        if contradicts || !is_kebab_case(given) || given.len() > MAX_EVENT_TYPE {
            problems
                .push("`resource.type`: write the part of `resource.href` before the slash, or leave it out".into());
            about.resource_type = None;
        }
    }
    fields.add(problems);
    about
}

fn older_content(content: Map<String, Value>, problems: &mut Vec<String>) -> About {
    let mut content = Fields::new("content.", content, problems);
    let resource = content.object("resource");
    if resource.is_none() {
        content.problem("resource", "say what the event is about: `{\"href\": \"<type>/<id>\"}`");
    }
    let mut about = About {
        state: content.string("state"),
        linked_identifiers: content.strings("linked-identifiers"),
        ..About::default()
    };
    content.end();
    if let Some(resource) = resource {
        let mut resource = Fields::new("content.resource.", resource, problems);
        if !resource.has("href") {
            resource.problem("href", "write `<type>/<id>`, or null where it is about no single resource");
        }
        about.href = resource.parsed("href");
        about.content = resource.value("content");
        resource.end();
    }
    about
}

fn severity(fields: &mut Fields<'_>, is_mandatory: bool) -> Severity {
    if is_mandatory && !fields.has("severity") {
        fields.problem("severity", "write one of critical, high, medium, low");
    }
    let Some(text) = fields.string("severity") else { return Severity::Medium };
    serde_json::from_value(json!(text)).unwrap_or_else(|_| {
        fields.problem("severity", format_args!("`{}` is none of critical, high, medium, low", shown(&text)));
        Severity::Medium
    })
}

/// Who acted, where an administrator says so.
fn authn_info(fields: &mut Fields<'_>, by_admin: bool) -> Option<Caller> {
    let given = fields.object("authn-info")?;
    if !by_admin {
        return None;
    }
    let mut problems = Vec::new();
    let mut who = Fields::new("authn-info.", given, &mut problems);
    let caller = Caller {
        user_id: who.parsed("user-id"),
        active_claim: who.parsed("active-claim"),
        session_id: who.parsed("session-id"),
        claims: claims(&mut who, "claims", |text| text.parse().ok()).unwrap_or_default(),
    };
    who.end();
    fields.add(problems);
    Some(caller)
}

fn acl(fields: &mut Fields<'_>) -> Option<Acl> {
    const RIGHTS: [Right; 8] = [
        Right::ViewMeta,
        Right::ViewData,
        Right::ViewAcl,
        Right::EditMeta,
        Right::EditData,
        Right::EditAcl,
        Right::Manage,
        Right::Delete,
    ];
    let given = fields.object("acl")?;
    let mut problems = Vec::new();
    let mut entries = Fields::new("acl.", given, &mut problems);
    let mut acl = Acl { owners: claims(&mut entries, "owners", principal).unwrap_or_default(), ..Acl::default() };
    if acl.owners.is_empty() {
        entries.problem("owners", "name at least one owner, such as `user/jane`");
    }
    for right in RIGHTS {
        if let Some(to) = claims(&mut entries, right.as_str(), principal).filter(|to| !to.is_empty()) {
            acl.rights.insert(right, to);
        }
    }
    entries.end();
    fields.add(problems);
    Some(acl)
}

/// Claims, each once.
fn claims(fields: &mut Fields<'_>, name: &str, read: impl Fn(&str) -> Option<Claim>) -> Option<Vec<Claim>> {
    let texts = fields.strings(name)?;
    if texts.len() > MAX_LIST {
        fields.problem(name, format_args!("it has more than {MAX_LIST} entries: name groups"));
        return None;
    }
    let mut claims: Vec<Claim> = Vec::with_capacity(texts.len());
    for text in &texts {
        match read(text) {
            Some(claim) if claims.contains(&claim) => {}
            Some(claim) => claims.push(claim),
            None => fields.problem(name, format_args!("`{}` is not `<kind>/<name>`, such as `user/jane`", shown(text))),
        }
    }
    Some(claims)
}

/// `user/jane`, `group/nuvla-admin`: small letters and hyphens, a slash, small letters, digits and hyphens.
fn principal(text: &str) -> Option<Claim> {
    let (kind, name) = text.split_once('/')?;
    let is_kind = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
    let is_well_formed = !kind.is_empty()
        && !name.is_empty()
        && kind.bytes().all(is_kind)
        && name.bytes().all(|byte| is_kind(byte) || byte.is_ascii_digit());
    is_well_formed.then(|| text.parse().ok())?
}
