//! The words of a full text.

use std::borrow::Cow;

/// The words of a text: runs of letters and digits, lower case. Most are so already and stay borrowed.
///
/// Of a UUID the first and the last group are words. Those in between say nothing on their own, and as
/// keys they would weigh more than all other words.
pub fn words<'t>(text: &'t str, put: &mut dyn FnMut(Cow<'t, str>)) {
    let is_lower_case = |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let mut word = |word: &'t str| {
        put(if is_lower_case(word) {
            Cow::Borrowed(word)
        } else if word.is_ascii() {
            Cow::Owned(word.to_ascii_lowercase())
        } else {
            Cow::Owned(word.to_lowercase())
        });
    };
    let mut rest = text;
    while let Some(start) = find(rest, true) {
        rest = &rest[start..];
        if starts_with_uuid(rest) {
            word(&rest[..8]);
            word(&rest[24..36]);
            rest = &rest[36..];
            continue;
        }
        let end = find(rest, false).unwrap_or(rest.len());
        word(&rest[..end]);
        rest = &rest[end..];
    }
}

const BETWEEN: u8 = 0;
const IN_WORD: u8 = 1;
const NOT_ASCII: u8 = 2;

/// What each byte is.
const KINDS: [u8; 256] = {
    let mut kinds = [NOT_ASCII; 256];
    let mut byte = 0_u8;
    while byte.is_ascii() {
        kinds[byte as usize] = if byte.is_ascii_alphanumeric() { IN_WORD } else { BETWEEN };
        byte += 1;
    }
    kinds
};

/// Where the first character is that belongs to a word, or to none.
fn find(text: &str, in_word: bool) -> Option<usize> {
    // Nearly all text is ASCII, and bytes are looked at faster than characters.
    let passed = if in_word { BETWEEN } else { IN_WORD };
    let other = text.bytes().position(|byte| KINDS[usize::from(byte)] != passed)?;
    if text.as_bytes()[other].is_ascii() {
        return Some(other);
    }
    let found = text[other..].find(|character: char| character.is_alphanumeric() == in_word)?;
    Some(other + found)
}

fn starts_with_uuid(text: &str) -> bool {
    let Some((uuid, _)) = text.as_bytes().split_first_chunk::<36>() else { return false };
    uuid[8] == b'-'
        && uuid.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
        && !text[36..].starts_with(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outer_groups_of_a_uuid_are_words() {
        let words_of = |text: &'static str| {
            let mut found = Vec::new();
            words(text, &mut |word| found.push(word.into_owned()));
            found
        };
        let uuid = "a0c00679-6984-45f7-8681-1055c91cfe08";
        assert_eq!(
            words_of("Reboot of job/a0c00679-6984-45F7-8681-1055c91cfe08."),
            ["reboot", "of", "job", &uuid[..8], &uuid[24..]]
        );
        assert_eq!(words_of("2024-05-01-a0c0"), ["2024", "05", "01", "a0c0"]);
        assert_eq!(words_of("a0c00679-6984-45f7-8681-1055c91cfe08é").len(), 5, "longer than a UUID");
        assert_eq!(words_of("Änderung, Größe"), ["änderung", "größe"]);
    }
}
