//! The page: the trail as people read it in a browser.
//!
//! Its files are part of the program and ask nothing of anybody but the event resource, as whoever the browser says is
//! asking. Nothing of an event stands in them, so they are public. What events say is hostile: the page only ever makes
//! text of it, and the browser is told to run, load and reach nothing else.

use axum::{
    Router,
    http::{
        HeaderName, HeaderValue,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
            X_FRAME_OPTIONS,
        },
    },
    response::{IntoResponse, Response},
    routing::get,
};

/// What the page may do. No markup that is written by a script, either: `innerHTML` and its like throw.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

const INDEX: &str = include_str!("page/index.html");

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// Everything beside the index: name, kind, content.
const FILES: [(&str, &str, &str); 15] = [
    ("api.js", SCRIPT, include_str!("page/api.js")),
    ("detail.css", STYLE, include_str!("page/detail.css")),
    ("detail.js", SCRIPT, include_str!("page/detail.js")),
    ("dom.js", SCRIPT, include_str!("page/dom.js")),
    ("ending.css", STYLE, include_str!("page/ending.css")),
    ("event.js", SCRIPT, include_str!("page/event.js")),
    ("follow.js", SCRIPT, include_str!("page/follow.js")),
    ("icon.svg", "image/svg+xml", include_str!("page/icon.svg")),
    ("list.css", STYLE, include_str!("page/list.css")),
    ("list.js", SCRIPT, include_str!("page/list.js")),
    ("main.js", SCRIPT, include_str!("page/main.js")),
    ("page.css", STYLE, include_str!("page/page.css")),
    ("place.js", SCRIPT, include_str!("page/place.js")),
    ("state.js", SCRIPT, include_str!("page/state.js")),
    ("tree.js", SCRIPT, include_str!("page/tree.js")),
];

/// The page at `path`, which asks the event resource below `base`. Where people sign in may be empty.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>(path: &str, base: &str, sign_in: &str) -> Router<S> {
    let places = [("{{page}}", path), ("{{api}}", base), ("{{sign-in}}", sign_in)];
    let index = places.iter().fold(INDEX.to_owned(), |index, (name, place)| index.replace(name, &attribute(place)));
    let serve = || {
        let index = index.clone();
        get(move || async move { file("text/html; charset=utf-8", index) })
    };
    let mut router = Router::new().route(&format!("{path}/"), serve());
    if !path.is_empty() {
        router = router.route(path, serve());
    }
    for (name, kind, content) in FILES {
        router = router.route(&format!("{path}/{name}"), get(move || async move { file(kind, content) }));
    }
    router
}

/// A path as the value of an attribute in quotes.
fn attribute(path: &str) -> String {
    path.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

fn file(kind: &'static str, content: impl IntoResponse) -> Response {
    let headers: [(HeaderName, &'static str); 7] = [
        (CONTENT_TYPE, kind),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        // An address of the page says what is searched for.
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        // The files of one program belong together; the next one has others.
        (CACHE_CONTROL, "no-cache"),
    ];
    let mut response = content.into_response();
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_that_is_referred_to_is_served() {
        let names: Vec<&str> = FILES.iter().map(|(name, ..)| *name).collect();
        let of_index = INDEX.match_indices("{{page}}/").map(|(at, mark)| &INDEX[at + mark.len()..]);
        let of_scripts = FILES.iter().flat_map(|(.., text)| text.split("from \"./").skip(1));
        for rest in of_index.chain(of_scripts) {
            let name = rest.split('"').next().unwrap();
            assert!(names.contains(&name), "{name}");
        }
    }

    #[test]
    fn no_script_makes_markup_of_text() {
        for (name, _, text) in FILES {
            for way in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "eval(", "://"] {
                let text = text.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
                assert!(!text.contains(way), "{name} has `{way}`");
            }
        }
        assert!(!INDEX.contains("://") && !INDEX.contains("<style") && !INDEX.contains("style="));
    }

    #[test]
    fn a_path_stays_one_attribute() {
        assert_eq!(attribute("/a\"><script&"), "/a&quot;>&lt;script&amp;");
    }
}
