//! A test that fails when a handler is forgotten.
//!
//! What a server serves is compared with what is annotated: every handler of a method that changes something (any
//! but GET, HEAD, OPTIONS, TRACE and QUERY) is a function with `#[action]`, or exempt with a reason. An exemption that is no
//! longer needed fails as well, so the list of them stays true.
//!
//! ```
//! use events_core::{Registry, testing::coverage};
//! # use events_core::{EventDeclaration, EventSpec, Location, Registration};
//! # static ADD: EventDeclaration = EventDeclaration::new(EventSpec {
//! #     event_type: "nuvlabox.add", resource_type: "nuvlabox", operation: "add", function: "add",
//! #     location: Location { krate: "api", module: "api::nuvlabox", file: "src/nuvlabox.rs", line: 7, column: 1 },
//! #     ..EventSpec::ACTION
//! # });
//!
//! let registry = Registry::collect();
//! # let registry = Registry::of([Registration::Event(&ADD)]);
//! let covered = coverage::of(&registry)
//!     .handlers([
//!         ("POST", "/api/nuvlabox", "nuvlabox::add"),
//!         ("PUT", "/api/nuvlabox", "reading::search"),
//!         ("GET", "/api/nuvlabox", "reading::search"),
//!     ])
//!     .exempt("reading::search", "only reads: a long query is put")
//!     .check()?;
//! assert_eq!(covered.routes.len(), 3);
//! # Ok::<(), coverage::Uncovered>(())
//! ```
//!
//! The handlers come from the server's own table of routes, where [`std::any::type_name`] is the full name of a
//! function; or from its OpenAPI document, whose operation ids are the names of the functions (utoipa writes them). A
//! name without a module is taken for the one annotated function that has it; where that is not clear, the check says so,
//! and what to write.
//!
//! The idea is that of omicron's test of its audit log (Oxide Computer), which calls every endpoint.

mod gap;
mod name;
mod openapi;

use std::{collections::BTreeSet, fmt};

use serde::Serialize;

pub use self::gap::{Gap, Uncovered};
use self::name::FunctionName;
use crate::{
    checks::nearest,
    declaration::{EventDeclaration, EventKind, Location},
    registry::Registry,
};

/// Of everything that a registry holds.
pub fn of(registry: &Registry) -> Coverage {
    let annotated = registry.events().filter(|event| event.spec.kind == EventKind::Action);
    let annotated = annotated.filter(|event| !event.spec.function.is_empty());
    let function = |declaration: &'static EventDeclaration| {
        let name = FunctionName::of(declaration.spec.function).within(declaration.spec.location.module);
        Function { name, declaration }
    };
    let functions = annotated.map(function).collect();
    Coverage { functions, handlers: Vec::new(), exemptions: Vec::new(), unreadable: Vec::new() }
}

/// What is served, and what is exempt: see [the module](self).
#[derive(Clone, Debug)]
#[must_use = "nothing is checked until `check` or `assert` is called"]
pub struct Coverage {
    functions: Vec<Function>,
    handlers: Vec<Handler>,
    exemptions: Vec<Exemption>,
    unreadable: Vec<Gap>,
}

/// An annotated function.
#[derive(Clone, Debug)]
struct Function {
    name: FunctionName,
    declaration: &'static EventDeclaration,
}

/// A handler, as a list or a document names it.
#[derive(Clone, Debug)]
struct Handler {
    method: String,
    path: String,
    name: FunctionName,
    /// Those of the OpenAPI document; utoipa's are modules unless others are given.
    tags: Vec<String>,
}

#[derive(Clone, Debug)]
struct Exemption {
    /// As it was written.
    written: String,
    what: Exempted,
    reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Exempted {
    /// `reading::search`
    Handler(FunctionName),
    /// `PUT /api/job`
    Route { method: String, path: String },
}

/// A route and its handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// In capitals.
    pub method: String,
    /// As it is written in the list, or in the document.
    pub path: String,
    /// The function, with as much of its path as is known.
    pub handler: String,
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} (`{}`)", self.method, self.path, self.handler)
    }
}

/// Why a route is covered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Cover {
    /// Its method changes nothing.
    Reads,
    /// Its handler is annotated.
    Recorded(&'static EventDeclaration),
    /// It is exempt, for this reason.
    Exempt(String),
}

/// Every route, and why it is covered. Prints as a table.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Covered {
    /// In the order in which they were given.
    pub routes: Vec<(Route, Cover)>,
}

impl fmt::Display for Covered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width =
            |text: fn(&Route) -> &str| self.routes.iter().map(|(route, _)| text(route).len()).max().unwrap_or(0);
        let (method, path) = (width(|route| &route.method), width(|route| &route.path));
        let handler = width(|route| &route.handler);
        for (route, cover) in &self.routes {
            write!(f, "{:method$} {:path$} {:handler$} ", route.method, route.path, route.handler)?;
            match cover {
                Cover::Reads => writeln!(f, "reads")?,
                Cover::Recorded(event) => writeln!(f, "{}", event.spec.event_type)?,
                Cover::Exempt(reason) => writeln!(f, "exempt: {reason}")?,
            }
        }
        Ok(())
    }
}

impl Coverage {
    /// The operations of an OpenAPI document: `utoipa::openapi::OpenApi`, a [`serde_json::Value`], anything else that serialises
    /// as one, or its text. The operation id is the name of the handler; where it fits several functions, a tag that is
    /// the module of one of them decides, as utoipa gives it to `paths(nuvlabox::add)`.
    pub fn openapi(mut self, document: impl Serialize) -> Self {
        match openapi::handlers(document) {
            Ok(handlers) => handlers.into_iter().for_each(|handler| self.put(handler)),
            Err(why) => self.unreadable.push(Gap::NoHandlers { why }),
        }
        self
    }

    /// Routes and the functions that answer them. Of a route that is there already the name is replaced: so an OpenAPI
    /// document can be used whose operation ids are not the names of functions.
    pub fn handlers<M, P, H>(mut self, handlers: impl IntoIterator<Item = (M, P, H)>) -> Self
    where
        M: AsRef<str>,
        P: AsRef<str>,
        H: AsRef<str>,
    {
        for (method, path, name) in handlers {
            self.put(Handler::new(method.as_ref(), path.as_ref(), name.as_ref(), Vec::new()));
        }
        self
    }

    fn put(&mut self, handler: Handler) {
        let is_same = |other: &&mut Handler| other.method == handler.method && other.path == handler.path;
        match self.handlers.iter_mut().find(is_same) {
            Some(other) => *other = handler,
            None => self.handlers.push(handler),
        }
    }

    /// Nothing is recorded of a handler, `"reading::search"`, or of a route, `"PUT /api/job"`, and `reason` says why that
    /// is right.
    pub fn exempt(mut self, what: impl Into<String>, reason: impl Into<String>) -> Self {
        let written = what.into();
        self.exemptions.push(Exemption { what: Exempted::of(&written), written, reason: reason.into() });
        self
    }

    /// Compares.
    ///
    /// # Errors
    /// [`Uncovered`]: everything that is missing, and every exemption that is not needed.
    pub fn check(self) -> Result<Covered, Uncovered> {
        let mut gaps = self.unreadable.clone();
        if self.handlers.is_empty() && gaps.is_empty() {
            gaps.push(Gap::NoHandlers { why: "no handler is given".to_owned() });
        }
        let mut needed = vec![false; self.exemptions.len()];
        let mut routes = Vec::with_capacity(self.handlers.len());
        let mut missing = Vec::new();
        for handler in &self.handlers {
            let cover = if handler.reads() { Ok(Cover::Reads) } else { self.cover(handler, &mut needed) };
            match cover {
                Ok(cover) => routes.push((handler.route(), cover)),
                Err(gap) => missing.push(gap),
            }
        }
        if self.functions.is_empty() && !missing.is_empty() {
            missing = vec![Gap::NothingAnnotated { handlers: missing.len() }];
        }
        gaps.extend(joined(missing));
        let unreasoned = self.exemptions.iter().filter(|exemption| exemption.reason.trim().is_empty());
        gaps.extend(unreasoned.map(|exemption| Gap::NoReason { exempt: exemption.written.clone() }));
        if !self.handlers.is_empty() {
            let unneeded = self.exemptions.iter().zip(needed).filter(|(_, needed)| !needed);
            gaps.extend(unneeded.map(|(exemption, _)| self.not_needed(exemption)));
        }
        if gaps.is_empty() { Ok(Covered { routes }) } else { Err(Uncovered { gaps }) }
    }

    /// Compares, in a test.
    ///
    /// # Panics
    /// With a line for everything that is missing, and for every exemption that is not needed.
    #[track_caller]
    pub fn assert(self) -> Covered {
        match self.check() {
            Ok(covered) => covered,
            Err(uncovered) => panic!("{uncovered}"),
        }
    }

    /// What covers a handler that changes something. Marks the exemption that does.
    fn cover(&self, handler: &Handler, needed: &mut [bool]) -> Result<Cover, Gap> {
        let found = self.function(handler);
        if let Ok(Some(function)) = found {
            return Ok(Cover::Recorded(function.declaration));
        }
        let Some(at) = self.exemptions.iter().position(|exemption| exemption.what.exempts(handler)) else {
            return Err(found.err().unwrap_or_else(|| self.not_recorded(handler)));
        };
        let Exemption { written, what, reason } = &self.exemptions[at];
        needed[at] = true;
        let names: BTreeSet<&FunctionName> = self.exempted(what).map(|handler| &handler.name).collect();
        if names.len() > 1 {
            let handlers = names.into_iter().map(FunctionName::to_string).collect();
            return Err(Gap::SeveralHandlers { exempt: written.clone(), handlers });
        }
        match found {
            // The name may be that of an annotated function and of another one: which of them is exempt has to be said.
            Err(gap) if matches!(what, Exempted::Handler(name) if name.is_bare()) => Err(gap),
            _ => Ok(Cover::Exempt(reason.clone())),
        }
    }

    /// The handlers that an exemption is about.
    fn exempted<'c>(&'c self, what: &'c Exempted) -> impl Iterator<Item = &'c Handler> {
        self.handlers.iter().filter(|handler| what.exempts(handler))
    }

    /// The annotated function that answers, if there is one.
    fn function(&self, handler: &Handler) -> Result<Option<&Function>, Gap> {
        let Handler { path, name, tags, .. } = handler;
        let fitting = |name: &FunctionName| -> Vec<&Function> {
            self.functions.iter().filter(|function| name.names(&function.name)).collect()
        };
        if name.is_empty() {
            return Err(Gap::NoName { route: handler.route() });
        }
        let found = fitting(name);
        let is_shared = name.is_bare() && self.handlers.iter().any(|other| other.name == *name && other.path != *path);
        if found.is_empty() || found.len() == 1 && !is_shared {
            return Ok(found.first().copied());
        }
        let tagged: Vec<&Function> = tags.iter().flat_map(|tag| fitting(&name.within(tag))).collect();
        match tagged[..] {
            [function] => Ok(Some(function)),
            _ if is_shared => Err(Gap::SharedName { handler: name.to_string(), routes: vec![handler.route()] }),
            _ => Err(Gap::SeveralFunctions { route: handler.route(), functions: places(&found) }),
        }
    }

    fn not_recorded(&self, handler: &Handler) -> Gap {
        let namesakes = self.functions.iter().filter(|function| function.name.is_namesake(&handler.name));
        Gap::NotRecorded { route: handler.route(), namesakes: places(&namesakes.collect::<Vec<_>>()) }
    }

    /// Why an exemption is not needed.
    fn not_needed(&self, exemption: &Exemption) -> Gap {
        let exempted = || self.exempted(&exemption.what);
        let recorded = exempted().filter(|handler| !handler.reads()).find_map(|handler| {
            let function = self.function(handler).ok()??;
            Some((handler.route(), function.declaration.spec))
        });
        let why = if let Some((route, event)) = recorded {
            format!("{route} is recorded as `{}` ({}): leave it out", event.event_type, event.location)
        } else if let Some(handler) = exempted().find(|handler| handler.reads()) {
            format!("{} changes nothing: leave it out", handler.route())
        } else if let Some(handler) = exempted().next() {
            format!("{} is exempt already: keep one", handler.route())
        } else {
            let names: BTreeSet<String> = self.handlers.iter().flat_map(Handler::all_names).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            match nearest("", &exemption.written, &names) {
                "" => "no handler is called so: leave it out".to_owned(),
                near => format!("no handler is called so: did you mean `{near}`?"),
            }
        };
        Gap::NotNeeded { exempt: exemption.written.clone(), why }
    }
}

/// Those of one name without a module in one message.
fn joined(gaps: Vec<Gap>) -> Vec<Gap> {
    let mut all: Vec<Gap> = Vec::with_capacity(gaps.len());
    for gap in gaps {
        if let Gap::SharedName { handler, routes } = &gap {
            let first = all.iter_mut().find_map(|other| match other {
                Gap::SharedName { handler: name, routes } if name == handler => Some(routes),
                _ => None,
            });
            if let Some(first) = first {
                first.extend(routes.iter().cloned());
                continue;
            }
        }
        if !all.contains(&gap) {
            all.push(gap);
        }
    }
    all
}

/// What to write for each of some functions, and where they are.
fn places(functions: &[&Function]) -> Vec<(String, Location)> {
    let names: Vec<&FunctionName> = functions.iter().map(|function| &function.name).collect();
    let place =
        |function: &&Function| (function.name.shortest_among(&names).to_string(), function.declaration.spec.location);
    functions.iter().map(place).collect()
}

impl Handler {
    fn new(method: &str, path: &str, name: &str, tags: Vec<String>) -> Self {
        let (method, path) = (method.to_ascii_uppercase(), path.to_owned());
        Self { method, path, name: FunctionName::of(name), tags }
    }

    /// Whether its method promises to change nothing (RFC 9110, 9.2.1; QUERY is to be one of them). What is unknown may.
    fn reads(&self) -> bool {
        ["GET", "HEAD", "OPTIONS", "TRACE", "QUERY"].contains(&self.method.as_str())
    }

    fn route(&self) -> Route {
        Route { method: self.method.clone(), path: self.path.clone(), handler: self.name.to_string() }
    }

    /// What an exemption may call it.
    fn all_names(&self) -> [String; 2] {
        [self.name.to_string(), format!("{} {}", self.method, self.path)]
    }
}

impl Exempted {
    fn of(written: &str) -> Self {
        match written.trim().split_once(' ') {
            Some((method, path)) if path.trim_start().starts_with('/') => {
                Self::Route { method: method.to_ascii_uppercase(), path: path.trim().to_owned() }
            }
            _ => Self::Handler(FunctionName::of(written)),
        }
    }

    fn exempts(&self, handler: &Handler) -> bool {
        match self {
            Self::Route { method, path } => *method == handler.method && *path == handler.path,
            Self::Handler(name) => {
                let tagged = |tag: &String| name.names(&handler.name.within(tag));
                name.names(&handler.name) || handler.tags.iter().any(tagged)
            }
        }
    }
}
