//! Finding over HTTP, as the web interface of the older API asks: the first 20 by creation with their exact count,
//! by one indexed attribute, under an ACL.

use std::{fmt::Write as _, time::Instant};

use axum::Router;
use events::{Attribute, Caller, Event, EventManager, Field, Key, Keys, Sequenced, http};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::{
    Result,
    connection::{Connection, request},
    searching::{Answers, thinned},
};

/// Asks about what events have, through the eyes of those who stored them.
pub(crate) async fn answers(manager: &EventManager, sampled: &[Sequenced]) -> Result<Answers> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let host = listener.local_addr()?.to_string();
    let routes =
        Router::new().merge(http::router(manager)).layer(http::EventsLayer::new(manager.clone()).header(http::HEADER));
    let server = tokio::spawn(async move { axum::serve(listener, routes).await });
    let mut connection = Connection::open(&host).await?;
    let (mut answers, mut found) = (Answers::default(), 0);
    for (name, filter, header) in questions(sampled)? {
        let headers = format!("Content-Type: application/x-www-form-urlencoded\r\nnuvla-authn-info: {header}\r\n");
        let form = format!("filter={}&orderby=created%3Adesc&first=1&last=20", encoded(&filter));
        let asked = request(&host, "PUT /api/event", &headers, form.as_bytes());
        let begun = Instant::now();
        let answer = connection.ask(&asked).await?;
        answers.push(&name, begun.elapsed());
        let answer: Value = serde_json::from_slice(&answer)?;
        found += answer["count"].as_u64().ok_or_else(|| format!("`{filter}`: {answer}"))?;
    }
    server.abort();
    // Not everybody sees each event of their own, but most.
    if found == 0 {
        return Err("nothing was found over HTTP".into());
    }
    Ok(answers)
}

/// Name of the attribute, filter, and the header of who asks.
fn questions(sampled: &[Sequenced]) -> Result<Vec<(String, String, String)>> {
    let mut questions = Vec::new();
    for stored in sampled {
        let event = Event::from_document(&stored.document)?;
        let header = header(&event.authn_info);
        for Key { attribute, value } in Keys::of(&stored.document)?.keys {
            let field = Field::from(attribute.clone());
            let path = field.path().replace('.', "/");
            let (name, filter) = match &attribute {
                Attribute::Word => ("word".to_owned(), format!("fulltext=='{value}'")),
                Attribute::Outcome => ("outcome".to_owned(), format!("success={}", value == "completed")),
                // Numbers and booleans are written without quotes, and say nothing new about an index.
                Attribute::Detail(_) if !value.starts_with(|first: char| first.is_ascii_alphabetic()) => continue,
                Attribute::Detail(_) => ("details".to_owned(), format!("{path}='{value}'")),
                _ => (path.clone(), format!("{path}='{value}'")),
            };
            if !value.contains(['\'', '\\']) {
                questions.push((name, filter, header.clone()));
            }
        }
    }
    Ok(thinned(questions, sampled.len()))
}

/// The header that says who calls. Everybody who may search is a user.
fn header(caller: &Caller) -> String {
    let user = caller.user_id.as_ref().map_or("user/nobody", |user| user.as_str());
    let active = caller.active_claim.as_ref().map_or(user, |claim| claim.as_str());
    let claims: Vec<&str> = caller.claims.iter().map(|claim| claim.as_str()).collect();
    format!("{user} {active} {} group/nuvla-user", claims.join(" "))
}

/// As a form has it.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(2 * text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => encoded.push(char::from(byte)),
            // Writing to a string does not fail.
            other => drop(write!(encoded, "%{other:02X}")),
        }
    }
    encoded
}
