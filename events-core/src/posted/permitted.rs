//! Who may post what.

use std::time::Duration;

use super::{draft::Draft, fields::shown};
use crate::{event_type::EventType, identity::Caller, registry::Registry, timestamp::Timestamp};

/// How far ahead the clock of whoever posts may be.
const AHEAD: Duration = Duration::from_secs(60);

/// Suffixes that names and event types of operations have.
const ENDINGS: [&str; 4] = [".requested", ".completed", ".failed", ".late-ending"];

/// Checks a document against what is declared, and what its poster may say.
pub(super) fn check(draft: &Draft, caller: &Caller, registry: &Registry, now: Timestamp, problems: &mut Vec<String>) {
    // It would stay the newest event of every search until then.
    if let Some(timestamp) = draft.timestamp.filter(|timestamp| *timestamp > now.plus(AHEAD)) {
        problems.push(format!("`timestamp`: {timestamp} is still to come, here it is {now}: write when it happened"));
    }
    if let Some(category) = &draft.category
        && !registry.categories().contains(&category.as_str())
    {
        let known = registry.categories().join(", ");
        problems.push(format!("`category`: `{}` is not known, write one of {known}", shown(category)));
    }
    if caller.is_admin() {
        if draft.category.is_none() && !draft.names_no_category {
            problems.push("`category`: an administrator says which: write it".to_owned());
        }
        return;
    }
    // The name counts as well: it is what consumers of the older shape match.
    let named = draft.event_type.as_ref().map(EventType::as_str).into_iter().chain(draft.name.as_deref());
    for name in named {
        let base = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
        if registry.events().any(|event| event.spec.event_type == base) {
            problems.push(format!(
                "`event-type`: `{}` is declared by this program, which alone records it: post another one",
                shown(name)
            ));
            break;
        }
        if base.len() < name.len() {
            problems
                .push(format!("`event-type`: `{}` says how an operation ended: leave its last part out", shown(name)));
            break;
        }
    }
}
