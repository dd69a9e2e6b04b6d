//! Getting a server ready for events: the index template, and the months that are there already.
//!
//! Everything is looked at before anything is written: what cannot be reconciled leaves the server as it was.

use std::hash::{DefaultHasher, Hash, Hasher};

use events_core::NotReady;
use serde_json::{Map, Value, json};

use crate::{
    client::Client,
    detail_types::{DetailType, DetailTypes},
    layout::Layout,
    mapping::{self, DETAILS},
    request::{Request, RequestError},
};

/// Fields that an index may have: those of events, and room for as many details again as are declared.
fn most_fields(types: &DetailTypes) -> usize {
    1_000.max(200 + 2 * types.len())
}

/// How many pieces an index has, and how many copies of each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    pub(crate) shards: u32,
    /// None: one where there is more than one node.
    pub(crate) replicas: Option<u32>,
}

impl Spread {
    /// As settings of an index.
    pub(crate) fn settings(self) -> Map<String, Value> {
        let (name, value) = match self.replicas {
            Some(replicas) => ("number_of_replicas", json!(replicas)),
            None => ("auto_expand_replicas", json!("0-1")),
        };
        Map::from_iter([("number_of_shards".to_owned(), json!(self.shards)), (name.to_owned(), value)])
    }
}

/// Makes or updates the template, and adds to the months what they lack. Where nothing is to be changed,
/// nothing is written: credentials that may only read are enough then.
///
/// # Errors
/// See [`NotReady`]. Nothing was written where something contradicts what is there.
pub(crate) async fn prepare(
    client: &Client,
    layout: &Layout,
    spread: Spread,
    mut types: DetailTypes,
) -> Result<(), NotReady> {
    let there = There::look(client, layout).await?;
    let problems = there.problems(layout, &types);
    if !problems.is_empty() {
        return Err(NotReady::Misconfigured(problems.join("\n  ")));
    }
    // What other programs and earlier versions declared stays.
    for (path, field) in mapping::fields_of(there.template_mapping()) {
        if let (Some(name), Some(of)) = (path.strip_prefix(DETAILS), DetailType::named(&field.of)) {
            types.add_foreign(name, of);
        }
    }
    let template = template(layout, spread, &types);
    if there.template["_meta"] != template["_meta"] {
        write(client, &Request::put(path_of_template(layout)).json(&template)).await?;
    }
    let wanted = mapping::of_months(&types);
    for (index, month) in there.months {
        if mapping::difference(&month["mappings"], &wanted).grows {
            let room = json!({ "index.mapping.total_fields.limit": most_fields(&types) });
            write(client, &Request::put(format!("/{index}/_settings")).json(&room)).await?;
            write(client, &Request::put(format!("/{index}/_mapping")).json(&wanted)).await?;
        }
    }
    Ok(())
}

/// What a server has of ours.
struct There {
    /// Null where there is none.
    template: Value,
    /// Mappings, by the names of indices.
    months: Map<String, Value>,
}

impl There {
    async fn look(client: &Client, layout: &Layout) -> Result<Self, NotReady> {
        let mut templates = read(client, &path_of_template(layout)).await?;
        let template = templates.pointer_mut("/index_templates/0/index_template").map(Value::take).unwrap_or_default();
        let months = read(client, &format!("/{}/_mapping", layout.alias())).await?;
        Ok(Self { template, months: months.as_object().cloned().unwrap_or_default() })
    }

    fn template_mapping(&self) -> &Value {
        &self.template["template"]["mappings"]
    }

    /// What contradicts the declarations.
    fn problems(&self, layout: &Layout, types: &DetailTypes) -> Vec<String> {
        let wanted = mapping::of_months(types);
        let foreign = self.months.keys().filter(|index| layout.month_of(index).is_none());
        let mut problems: Vec<String> = foreign.map(|index| not_a_month(layout, index)).collect();
        let template = ("the index template".to_owned(), self.template_mapping());
        let months = self.months.iter().map(|(index, month)| (format!("index `{index}`"), &month["mappings"]));
        for (place, there) in months.chain([template]) {
            let difference = mapping::difference(there, &wanted);
            problems.extend(difference.contradictions.iter().map(|found| contradicts(&place, found, types)));
        }
        problems
    }
}

fn path_of_template(layout: &Layout) -> String {
    format!("/_index_template/{}", layout.template())
}

fn template(layout: &Layout, spread: Spread, types: &DetailTypes) -> Value {
    let mut index = spread.settings();
    // Said, an index that nobody searched for a while refreshes nevertheless.
    index.insert("refresh_interval".to_owned(), json!("1s"));
    // The default too: an event that is acknowledged is on disk.
    index.insert("translog".to_owned(), json!({ "durability": "request" }));
    index.insert("mapping".to_owned(), json!({ "total_fields": { "limit": most_fields(types) } }));
    let mut template = json!({
        "index_patterns": [layout.pattern()],
        "priority": layout.priority(),
        "template": {
            "settings": { "index": index },
            "mappings": mapping::of_months(types),
            "aliases": { layout.alias(): {} },
        },
    });
    // The server writes what it was given in its own way; this tells whether it was the same.
    let mut hasher = DefaultHasher::new();
    template.to_string().hash(&mut hasher);
    let written = format!("{:016x}", hasher.finish());
    template["_meta"] = json!({ "description": "Audit events, an index for each month.", "written": written });
    template
}

fn not_a_month(layout: &Layout, index: &str) -> String {
    let alias = layout.alias();
    format!(
        "`{alias}` is the name of what holds events, and index `{index}` is called so or stands behind it: choose another \
         prefix for the indices of events [EVT162]"
    )
}

fn contradicts(place: &str, (path, there, wanted): &(String, String, String), types: &DetailTypes) -> String {
    match path.strip_prefix(DETAILS) {
        Some(name) => format!(
            "detail `{name}` is `{there}` in {place} and is declared as {}, which is `{wanted}`: rename the detail, or \
             give indices of events another prefix [EVT162]",
            types.describe(name)
        ),
        None => format!(
            "field `{path}` is `{there}` in {place}, where it has to be `{wanted}`: it was not made for events; choose \
             another prefix for the indices of events [EVT162]"
        ),
    }
}

/// What stands under a path; null where nothing does.
async fn read(client: &Client, path: &str) -> Result<Value, NotReady> {
    let answer = client.send(&Request::get(path)).await.and_then(|answer| answer.expect(404)).map_err(not_ready)?;
    if answer.status == 404 { Ok(Value::Null) } else { answer.read().map_err(not_ready) }
}

pub(crate) async fn write(client: &Client, request: &Request) -> Result<(), NotReady> {
    client.succeed(request).await.map(drop).map_err(not_ready)
}

/// Whether waiting helps against an error.
pub(crate) fn not_ready(error: RequestError) -> NotReady {
    let RequestError::Refused { status, cause } = &error else {
        return NotReady::Later(format!("Elasticsearch is not ready: {error}"));
    };
    match status {
        401 | 403 if cause.kind != "cluster_block_exception" => NotReady::Misconfigured(format!(
            "Elasticsearch does not allow what events need there, {error}: give credentials that have the role in \
             docs/deploy.md [EVT163]"
        )),
        // The server itself says what is in the way, another template for the same indices, for example.
        400 if !cause.kind.is_empty() => NotReady::Misconfigured(format!(
            "Elasticsearch does not take what events need there, {error}: mend what it names, or give the indices of \
             events another prefix [EVT163]"
        )),
        400 | 404 | 405 | 406 => NotReady::Misconfigured(format!(
            "Elasticsearch does not take what events need there, {error}: check that the address is that of an \
             Elasticsearch 8 or later, or OpenSearch [EVT163]"
        )),
        _ => NotReady::Later(format!("Elasticsearch is not ready: {error}")),
    }
}
