//! Getting a server ready for events: the index template, and the months that are there already.
//!
//! Everything is looked at before anything is written: what cannot be reconciled leaves the server as it was.

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

/// Makes or updates the template, and adds to the months what they lack.
///
/// # Errors
/// See [`NotReady`]. Nothing was written where something contradicts what is there.
pub(crate) async fn prepare(
    client: &Client,
    layout: &Layout,
    replicas: Option<u32>,
    mut types: DetailTypes,
) -> Result<(), NotReady> {
    let template = format!("/_index_template/{}", layout.template());
    let there = read(client, &template).await?;
    let there = &there["index_templates"][0]["index_template"]["template"]["mappings"];
    let months = read(client, &format!("/{}/_mapping", layout.alias())).await?;
    let months: Map<String, Value> = months.as_object().cloned().unwrap_or_default();

    let wanted = mapping::of_months(&types);
    let mut problems: Vec<String> = months
        .keys()
        .filter(|index| layout.month_of(index).is_none())
        .map(|index| not_a_month(layout, index))
        .collect();
    let of_month = |mappings: &Value| mapping::difference(&mappings["mappings"], &wanted);
    for (place, difference) in [("the index template".to_owned(), mapping::difference(there, &wanted))]
        .into_iter()
        .chain(months.iter().map(|(index, mappings)| (format!("index `{index}`"), of_month(mappings))))
    {
        problems
            .extend(difference.contradictions.iter().map(|contradiction| contradicts(&place, contradiction, &types)));
    }
    if !problems.is_empty() {
        return Err(NotReady::Misconfigured(problems.join("\n  ")));
    }

    // What other programs and earlier versions declared stays.
    for (path, of) in mapping::types_of(there) {
        if let (Some(name), Some(of)) = (path.strip_prefix(DETAILS), DetailType::named(&of)) {
            types.add_foreign(name, of);
        }
    }
    let wanted = mapping::of_months(&types);
    let body = json!({
        "index_patterns": [layout.pattern()],
        "priority": layout.priority(),
        "template": {
            "settings": settings(replicas, &types),
            "mappings": &wanted,
            "aliases": { layout.alias(): {} },
        },
        "_meta": { "description": "Audit events, an index for each month." },
    });
    write(client, &Request::put(template).json(&body)).await?;
    for (index, mappings) in months {
        if !mapping::difference(&mappings["mappings"], &wanted).grows {
            continue;
        }
        let room = json!({ "index.mapping.total_fields.limit": most_fields(&types) });
        write(client, &Request::put(format!("/{index}/_settings")).json(&room)).await?;
        write(client, &Request::put(format!("/{index}/_mapping")).json(&wanted)).await?;
    }
    Ok(())
}

/// Settings of an index of ours.
pub(crate) fn copies(replicas: Option<u32>) -> Map<String, Value> {
    let (name, value) = match replicas {
        Some(replicas) => ("number_of_replicas", json!(replicas)),
        None => ("auto_expand_replicas", json!("0-1")),
    };
    Map::from_iter([("number_of_shards".to_owned(), json!(1)), (name.to_owned(), value)])
}

fn settings(replicas: Option<u32>, types: &DetailTypes) -> Value {
    let mut index = copies(replicas);
    // Said, an index that nobody searched for a while refreshes nevertheless.
    index.insert("refresh_interval".to_owned(), json!("1s"));
    // The default too: an event that is acknowledged is on disk.
    index.insert("translog".to_owned(), json!({ "durability": "request" }));
    index.insert("mapping".to_owned(), json!({ "total_fields": { "limit": most_fields(types) } }));
    json!({ "index": index })
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
            "Elasticsearch does not allow events to be set up there, {error}: give credentials that may manage index \
             templates and indices [EVT163]"
        )),
        400 | 404 | 405 | 406 => NotReady::Misconfigured(format!(
            "Elasticsearch does not take what events need there, {error}: check that the address is that of an \
             Elasticsearch 8 or later, or OpenSearch [EVT163]"
        )),
        _ => NotReady::Later(format!("Elasticsearch is not ready: {error}")),
    }
}
