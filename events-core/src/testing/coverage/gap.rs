//! What keeps a server from being covered, and what to write.

use std::fmt;

use super::Route;
use crate::declaration::Location;

/// One thing that is to be mended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Gap {
    /// A handler changes something, and nothing is recorded of it.
    NotRecorded {
        /// The handler.
        route: Route,
        /// Annotated functions of the same name elsewhere, and where.
        namesakes: Vec<(String, Location)>,
    },
    /// The name of a handler fits several annotated functions.
    SeveralFunctions {
        /// The handler.
        route: Route,
        /// What to write for each of them.
        functions: Vec<(String, Location)>,
    },
    /// Handlers of several paths have one name without a module: it may be one function, or several.
    SharedName {
        /// The name.
        handler: String,
        /// The handlers that change something.
        routes: Vec<Route>,
    },
    /// An operation of the document has no id.
    NoName {
        /// The handler.
        route: Route,
    },
    /// There is no annotated function at all.
    NothingAnnotated {
        /// The handlers that change something.
        handlers: usize,
    },
    /// There is no list of handlers, or it cannot be read.
    NoHandlers {
        /// Why.
        why: String,
    },
    /// An exemption that exempts nothing that needs it.
    NotNeeded {
        /// What is exempt.
        exempt: String,
        /// Why it is not needed.
        why: String,
    },
    /// An exemption that fits handlers of several names.
    SeveralHandlers {
        /// What is exempt.
        exempt: String,
        /// The names.
        handlers: Vec<String>,
    },
    /// An exemption says no reason.
    NoReason {
        /// What is exempt.
        exempt: String,
    },
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRecorded { route, namesakes } => {
                let handler = &route.handler;
                write!(
                    f,
                    "{route} is not recorded: put `#[action(event = \"<resource-type>.<operation>\")]` on `{handler}`, or \
                     exempt it: `.exempt(\"{handler}\", \"<why nothing is recorded>\")`"
                )?;
                if !namesakes.is_empty() {
                    write!(f, "; annotated, if that is the one to be named, is {}", listed(namesakes))?;
                }
                f.write_str(" [EVT190]")
            }
            Self::SeveralFunctions { route, functions } => {
                write!(f, "{route} may be any of {}: ", listed(functions))?;
                if functions.windows(2).all(|pair| pair[0].0 == pair[1].0) {
                    f.write_str(
                        "put `#[resource(events)]` on the impl of each, so that it has the name of its type [EVT191]",
                    )
                } else {
                    let first = functions.first().map_or("<module>::<function>", |(name, _)| name);
                    write!(f, "name it with its module, {} [EVT191]", named(route, first))
                }
            }
            Self::SharedName { handler, routes } => {
                let all: Vec<String> = routes.iter().map(|route| format!("{} {}", route.method, route.path)).collect();
                let full = format!("<module>::{handler}");
                let named: Vec<String> = routes.iter().take(1).map(|route| named(route, &full)).collect();
                write!(
                    f,
                    "`{handler}` is the handler of several paths, {} among them, and may be several functions: name each with \
                     its module, {} [EVT191]",
                    all.join(" and "),
                    named.concat()
                )
            }
            Self::NoName { route } => {
                let named = named(route, "<module>::<function>");
                write!(f, "{} {} has no operation id: name its handler, {named} [EVT191]", route.method, route.path)
            }
            Self::NothingAnnotated { handlers } => write!(
                f,
                "no annotated function is known, and {handlers} handlers change something: name the crate of the handlers in \
                 the test (`use that_crate as _;`) [EVT190]"
            ),
            Self::NoHandlers { why } => {
                write!(f, "{why}: give `openapi` the document that is served, or `handlers` the routes [EVT194]")
            }
            Self::NotNeeded { exempt, why } => write!(f, "the exemption of `{exempt}` is not needed, {why} [EVT192]"),
            Self::SeveralHandlers { exempt, handlers } => write!(
                f,
                "the exemption of `{exempt}` may be one of `{}`: write which, or the method and the path [EVT191]",
                handlers.join("` or `")
            ),
            Self::NoReason { exempt } => write!(
                f,
                "the exemption of `{exempt}` has no reason: say why nothing has to be recorded, or annotate it [EVT193]"
            ),
        }
    }
}

/// How the function behind a route is named.
fn named(route: &Route, function: &str) -> String {
    format!("`.handlers([(\"{}\", \"{}\", \"{function}\")])`", route.method, route.path)
}

fn listed(functions: &[(String, Location)]) -> String {
    let each: Vec<String> = functions.iter().map(|(name, at)| format!("`{name}` ({at})")).collect();
    each.join(", ")
}

/// Everything that is to be mended, at once.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub struct Uncovered {
    /// What is to be mended.
    pub gaps: Vec<Gap>,
}

/// The same as [`Display`](fmt::Display): what a test that returns it prints is meant for people.
impl fmt::Debug for Uncovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Uncovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not every handler that changes something is recorded, {} to mend:", self.gaps.len())?;
        self.gaps.iter().try_for_each(|gap| write!(f, "\n  {gap}"))
    }
}
