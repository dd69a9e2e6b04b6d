//! Words and names: kebab-case, the nearest of several, lists for messages. No tokens here.

/// The kebab-case of a Rust identifier: `NuvlaboxState`, `nuvlabox_state` and `r#type` become
/// `nuvlabox-state`, `nuvlabox-state` and `type`.
pub(crate) fn kebab(identifier: &str) -> String {
    let identifier = identifier.strip_prefix("r#").unwrap_or(identifier);
    let letters: Vec<char> = identifier.chars().collect();
    let mut out = String::with_capacity(identifier.len() + 4);
    for (i, &letter) in letters.iter().enumerate() {
        if letter == '_' {
            out.push('-');
            continue;
        }
        let before = i.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(i + 1).copied();
        if letter.is_uppercase() && starts_word(before, after) {
            out.push('-');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

/// The name of a type from one in kebab-case, or from two with a dot: `deployment.bulk-start` becomes `DeploymentBulkStart`.
pub(crate) fn pascal(name: &str) -> String {
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split(['-', '.']).filter(|word| word.is_ascii() && !word.is_empty()).map(capital).collect()
}

/// Whether an upper-case letter starts a word: `aB`, `4B`, and the last letter of an acronym (`HTTPServer`).
fn starts_word(before: Option<char>, after: Option<char>) -> bool {
    before.is_some_and(|c| {
        c.is_lowercase() || c.is_ascii_digit() || (c.is_uppercase() && after.is_some_and(char::is_lowercase))
    })
}

/// Whether `word` is `a-z`, `0-9` and single inner `-`, and starts with a letter.
pub(crate) fn is_kebab(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase())
        && !word.ends_with('-')
        && !word.contains("--")
        && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// What to write instead of a word that is not kebab-case, where that can be told.
pub(crate) fn nearest_kebab(word: &str) -> Option<String> {
    let parts: Vec<String> = word
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .flat_map(|part| part.split('_'))
        .filter(|part| !part.is_empty())
        .map(kebab)
        .collect();
    let word = parts.join("-");
    is_kebab(&word).then_some(word)
}

/// The message about a word that is not kebab-case.
pub(crate) fn not_kebab(word: &str) -> String {
    match nearest_kebab(word) {
        _ if word.is_empty() => "the name is empty: write letters a-z, digits and single `-`, a letter first".into(),
        Some(fix) => format!("`{word}` is not kebab-case: write `{fix}`"),
        None => format!("`{word}` is not kebab-case: write letters a-z, digits and single `-`, a letter first"),
    }
}

/// The candidate that `word` is most likely a misspelling of.
pub(crate) fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase();
    candidates
        .iter()
        .map(|candidate| (distance(&word, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= 2.max(candidate.len() / 3))
        .filter(|(distance, candidate)| *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance, in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (row[j] + 1).min(above + 1).min(diagonal + usize::from(from != *to));
            diagonal = above;
        }
    }
    row[b.len()]
}

/// The message about a word that is none of several: "unknown severity `hihg`: did you mean `high`? (one of …)".
pub(crate) fn unknown(what: &str, word: &str, candidates: &[&str]) -> String {
    let all = list(candidates);
    match nearest(word, candidates) {
        Some(near) => format!("unknown {what} `{word}`: did you mean `{near}`? (one of {all})"),
        None => format!("unknown {what} `{word}`: one of {all}"),
    }
}

/// The words, quoted: "`a`, `b`".
pub(crate) fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_become_kebab_case() {
        for (identifier, expected) in [
            ("Nuvlabox", "nuvlabox"),
            ("DeploymentSet", "deployment-set"),
            ("new_state", "new-state"),
            ("HTTPServer", "http-server"),
            ("ServerHTTP", "server-http"),
            ("V2Api", "v2-api"),
            ("r#type", "type"),
            ("sha256Sum", "sha256-sum"),
            ("A", "a"),
            ("BMSUnit4", "bms-unit4"),
        ] {
            assert_eq!(kebab(identifier), expected, "{identifier}");
        }
    }

    #[test]
    fn event_types_make_names_of_types() {
        assert_eq!(pascal("deployment-set.bulk-start"), "DeploymentSetBulkStart");
    }

    #[test]
    fn kebab_case_is_recognised() {
        for word in ["a", "reboot", "state-changed", "v2", "a-1"] {
            assert!(is_kebab(word), "{word}");
        }
        for word in ["", "-a", "a-", "a--b", "A", "a_b", "1a", "a.b", "é", "a b"] {
            assert!(!is_kebab(word), "{word}");
        }
    }

    #[test]
    fn a_word_that_is_not_kebab_case_gets_a_suggestion() {
        for (word, expected) in [
            ("StateChanged", Some("state-changed")),
            ("state_changed", Some("state-changed")),
            ("state changed", Some("state-changed")),
            ("-start-", Some("start")),
            ("1", None),
            ("", None),
        ] {
            assert_eq!(nearest_kebab(word).as_deref(), expected, "{word}");
        }
    }

    #[test]
    fn the_nearest_word_is_offered_only_when_it_is_near() {
        let keys = ["event", "severity", "details", "tags", "ctx"];
        for (word, expected) in [
            ("evnt", Some("event")),
            ("sevrity", Some("severity")),
            ("detail", Some("details")),
            ("Tags", Some("tags")),
            ("zzz", None),
            ("completely-else", None),
        ] {
            assert_eq!(nearest(word, &keys), expected, "{word}");
        }
    }
}
