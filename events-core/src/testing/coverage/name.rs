//! The names of functions, however they are written.

use std::fmt;

/// `nuvlabox::add`: a function, with as much of its path as is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FunctionName(Vec<String>);

impl FunctionName {
    /// Of a path as the source writes it, or as [`std::any::type_name`] does: type arguments, `r#` and a leading
    /// `crate` do not count, and of `<Fleet as Control>::start` the type does.
    pub(super) fn of(written: &str) -> Self {
        let written = written.trim();
        let of_trait = written.strip_prefix('<').and_then(|rest| {
            let end = closing(rest)?;
            let of_type = rest[..end].split(" as ").next().unwrap_or_default();
            Some(format!("{of_type}{}", &rest[end + 1..]))
        });
        let segments = without_arguments(of_trait.as_deref().unwrap_or(written));
        let segments = segments.split("::").map(|segment| segment.trim().trim_start_matches("r#"));
        let mut segments: Vec<String> = segments.filter(|segment| !segment.is_empty()).map(str::to_owned).collect();
        let outer =
            segments.iter().take_while(|segment| ["crate", "self", "super"].contains(&segment.as_str())).count();
        segments.drain(..outer);
        Self(segments)
    }

    /// With what stands before it.
    pub(super) fn within(&self, module: &str) -> Self {
        let mut segments = Self::of(module).0;
        segments.extend(self.0.iter().cloned());
        Self(segments)
    }

    /// Whether this names it: it ends with this.
    pub(super) fn names(&self, full: &Self) -> bool {
        !self.0.is_empty() && full.0.ends_with(&self.0)
    }

    /// Whether nothing is known.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether nothing is known but the function: it may stand in any module.
    pub(super) fn is_bare(&self) -> bool {
        self.0.len() < 2
    }

    /// Whether the functions have one name, wherever they stand.
    pub(super) fn is_namesake(&self, other: &Self) -> bool {
        self.0.last() == other.0.last()
    }

    /// The shortest that names it, with its module or its type, and none of the others; all of it where they have one path.
    pub(super) fn shortest_among(&self, others: &[&Self]) -> Self {
        let short = (2..=self.0.len()).map(|length| Self(self.0[self.0.len() - length..].to_vec()));
        let is_alone = |short: &Self| others.iter().filter(|other| short.names(other)).count() < 2;
        short.into_iter().find(is_alone).unwrap_or_else(|| self.clone())
    }
}

impl fmt::Display for FunctionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("::"))
    }
}

/// Where the `>` is that closes what has been opened before the text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    let mut before = ' ';
    for (at, letter) in text.char_indices() {
        match letter {
            '<' => depth += 1,
            // That of a `->` closes nothing.
            '>' if before != '-' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
        before = letter;
    }
    None
}

fn without_arguments(path: &str) -> String {
    let (mut kept, mut rest) = (String::new(), path);
    while let Some(open) = rest.find('<') {
        kept.push_str(&rest[..open]);
        let inside = &rest[open + 1..];
        rest = closing(inside).map_or("", |end| &inside[end + 1..]);
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_has_one_name_however_it_is_written() {
        for (written, name) in [
            ("add", "add"),
            (" nuvlabox :: add ", "nuvlabox::add"),
            ("crate::nuvlabox::add", "nuvlabox::add"),
            ("self::super::add", "add"),
            ("reading::search::<Nuvlabox>", "reading::search"),
            ("api::reading::search<api::nuvlabox::Nuvlabox>", "api::reading::search"),
            ("api::Fleet<fn(u8) -> u8, Vec<u8>>::start", "api::Fleet::start"),
            ("<api::Fleet<u8> as api::Control<u8>>::start", "api::Fleet::start"),
            ("<api::Fleet>::start", "api::Fleet::start"),
            ("control::r#move", "control::move"),
            ("api::routes::{{closure}}", "api::routes::{{closure}}"),
            ("half<open", "half"),
            ("", ""),
        ] {
            assert_eq!(FunctionName::of(written).to_string(), name, "{written}");
        }
    }

    #[test]
    fn a_name_is_the_end_of_a_path() {
        let full = FunctionName::of("api::nuvlabox::add");
        for (written, names) in
            [("add", true), ("nuvlabox::add", true), ("api::nuvlabox::add", true), ("box::add", false), ("", false)]
        {
            assert_eq!(FunctionName::of(written).names(&full), names, "{written}");
        }
    }

    #[test]
    fn the_shortest_name_of_a_function_names_no_other() {
        let names = ["a::x::add", "b::x::add", "b::y::add"].map(FunctionName::of);
        let all: Vec<&FunctionName> = names.iter().collect();
        let short: Vec<String> = names.iter().map(|name| name.shortest_among(&all).to_string()).collect();
        assert_eq!(short, ["a::x::add", "b::x::add", "y::add"]);
    }
}
