//! What stands behind `==`: words, and signs that say how they go together.
//!
//! The language is that of Elasticsearch's `simple_query_string`: words are joined by *or*; `+` requires what stands on
//! both sides, `|` one of them, `-` in front excludes, `*` behind finds beginnings, quotes hold a phrase together, and
//! parentheses group. No text is wrong: signs that make no sense are passed over.

use crate::query::Filter;

/// How deep filters stand in each other at most.
const DEEPEST: usize = 64;
/// Bytes: every word is a filter, and is looked for in every event.
const LONGEST: usize = 8 << 10;

/// What finds a word, a phrase, or a beginning.
pub(crate) trait Finds {
    fn word(&self, word: &str) -> Filter;
    fn phrase(&self, phrase: &str) -> Filter;
    fn beginning(&self, start: &str) -> Filter;
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Join {
    #[default]
    Or,
    And,
}

/// What was read of a group.
#[derive(Default)]
struct Group {
    so_far: Option<Filter>,
    /// Of what was read so far.
    depth: usize,
    /// How what comes next is joined.
    next: Option<Join>,
    excluded: bool,
}

impl Group {
    fn put(&mut self, filter: Filter, depth: usize) {
        let excluded = std::mem::take(&mut self.excluded);
        let (filter, depth) = if excluded { (Filter::Not(Box::new(filter)), depth + 1) } else { (filter, depth) };
        let join = self.next.take().unwrap_or_default();
        let (joined, around) = match (self.so_far.take(), join) {
            (None, _) => (filter, 0),
            (Some(Filter::Any(mut filters)), Join::Or) => {
                filters.push(filter);
                (Filter::Any(filters), 0)
            }
            (Some(Filter::All(mut filters)), Join::And) => {
                filters.push(filter);
                (Filter::All(filters), 0)
            }
            (Some(before), Join::Or) => (Filter::Any(vec![before, filter]), 1),
            (Some(before), Join::And) => (Filter::All(vec![before, filter]), 1),
        };
        self.so_far = Some(joined);
        self.depth = (self.depth + around).max(depth + 1);
    }

    /// Becomes the group around it.
    fn end(&mut self, around: Self) {
        let inner = std::mem::replace(self, around);
        if let Some(filter) = inner.so_far {
            self.put(filter, inner.depth);
        }
    }
}

/// The filter that a text stands for; without any word it finds nothing. None where it is nested too deep or too long.
pub(crate) fn filter(text: &str, finds: &dyn Finds) -> Option<Filter> {
    let mut outer: Vec<Group> = Vec::new();
    let mut group = Group::default();
    if text.len() > LONGEST {
        return None;
    }
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        let behind = &rest[sign.len_utf8()..];
        if group.depth > DEEPEST || outer.len() > DEEPEST {
            return None;
        }
        match sign {
            '+' => group.next = Some(Join::And),
            '|' => group.next = Some(Join::Or),
            '-' => group.excluded = !group.excluded,
            '(' => outer.push(std::mem::take(&mut group)),
            ')' => {
                if let Some(around) = outer.pop() {
                    group.end(around);
                }
            }
            '"' if let Some((phrase, behind)) = behind.split_once('"') => {
                group.put(finds.phrase(phrase), 2);
                rest = without_distance(behind);
                continue;
            }
            '"' => {}
            blank if blank.is_whitespace() => {}
            _ => {
                let (word, is_beginning, behind) = word(rest);
                group.put(if is_beginning { finds.beginning(&word) } else { finds.word(&word) }, 2);
                rest = without_distance(behind);
                continue;
            }
        }
        rest = behind;
    }
    while let Some(around) = outer.pop() {
        group.end(around);
    }
    (group.depth <= DEEPEST).then(|| group.so_far.unwrap_or(Filter::Any(Vec::new())))
}

/// A word, whether it is only a beginning, and what stands behind it. A backslash takes the meaning of a sign.
fn word(text: &str) -> (String, bool, &str) {
    let mut word = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => word.extend(letters.next().map(|(_, escaped)| escaped)),
            '*' if text[at + 1..].chars().next().is_none_or(ends_word) => return (word, true, &text[at + 1..]),
            '~' => return (word, false, &text[at..]),
            letter if ends_word(letter) => return (word, false, &text[at..]),
            letter => word.push(letter),
        }
    }
    (word, false, "")
}

fn ends_word(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '+' | '|' | '(' | ')' | '"')
}

/// `~2` allows for mistakes elsewhere; here words are exact.
fn without_distance(text: &str) -> &str {
    text.strip_prefix('~').map_or(text, |text| text.trim_start_matches(|digit: char| digit.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Attribute;

    struct Tags;

    impl Finds for Tags {
        fn word(&self, word: &str) -> Filter {
            Filter::is(Attribute::Tag, word)
        }

        fn phrase(&self, phrase: &str) -> Filter {
            Filter::is(Attribute::Tag, format!("\"{phrase}\""))
        }

        fn beginning(&self, start: &str) -> Filter {
            Filter::StartsWith(Attribute::Tag, start.to_owned())
        }
    }

    #[test]
    fn signs_join_words() {
        let is = |word| Tags.word(word);
        let any = |filters: &[Filter]| Filter::Any(filters.to_vec());
        let all = |filters: &[Filter]| Filter::All(filters.to_vec());
        let not = |filter: Filter| Filter::Not(Box::new(filter));
        let table = [
            ("", any(&[])),
            ("a", is("a")),
            ("a b", any(&[is("a"), is("b")])),
            ("a+b c", any(&[all(&[is("a"), is("b")]), is("c")])),
            ("a b + c", all(&[any(&[is("a"), is("b")]), is("c")])),
            ("a | b", any(&[is("a"), is("b")])),
            ("a + -b", all(&[is("a"), not(is("b"))])),
            ("c*+-child2", all(&[Tags.beginning("c"), not(is("child2"))])),
            ("a-b", is("a-b")),
            ("a*b", is("a*b")),
            ("\"a b\" c", any(&[Tags.phrase("a b"), is("c")])),
            ("\"a b", any(&[is("a"), is("b")])),
            ("(a b) + (c", all(&[any(&[is("a"), is("b")]), is("c")])),
            ("a) b ((", any(&[is("a"), is("b")])),
            ("a~2 \"b\"~3", any(&[is("a"), Tags.phrase("b")])),
            (r"a\+b \(", any(&[is("a+b"), is("(")])),
            ("+|-", any(&[])),
        ];
        for (text, expected) in table {
            assert_eq!(filter(text, &Tags), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_has_no_end_is_refused() {
        for deep in ["(".repeat(100_000), "a+b ".repeat(10_000), "(-a".repeat(100)] {
            assert_eq!(filter(&deep, &Tags), None, "{deep:.20}");
        }
        assert!(filter(&"a ".repeat(1_000), &Tags).is_some());
        assert_eq!(filter(&"a ".repeat(10_000), &Tags), None);
    }
}
