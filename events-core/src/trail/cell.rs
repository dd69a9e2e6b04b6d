//! Text of events on its way to a terminal: harmless, bounded, and of a known width.

use std::fmt::{self, Write as _};

use super::style::{Style, Tone};

/// A piece of a line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    /// What is written, and how.
    runs: Vec<(Tone, String)>,
    /// Characters in all.
    width: usize,
}

impl Cell {
    /// One run of text that comes from an event, cut after `longest` characters.
    pub(crate) fn of(tone: Tone, text: &str, longest: usize) -> Self {
        Self::default().text(tone, text, longest)
    }

    /// Adds text that comes from an event.
    pub(crate) fn text(self, tone: Tone, text: &str, longest: usize) -> Self {
        self.own(tone, &harmless(text, longest))
    }

    /// Adds text of our own.
    pub(crate) fn own(mut self, tone: Tone, text: &str) -> Self {
        self.width += text.chars().count();
        self.runs.push((tone, text.to_owned()));
        self
    }

    /// Whether nothing is written.
    pub(crate) fn is_empty(&self) -> bool {
        self.width == 0
    }

    /// Characters, as a terminal counts most scripts.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn write(&self, out: &mut impl fmt::Write, style: Style) -> fmt::Result {
        for (tone, text) in &self.runs {
            write!(out, "{}{text}{}", tone.begin(style), tone.end(style))?;
        }
        Ok(())
    }
}

/// The text without anything that a terminal would obey, or that would show it in another order.
fn harmless(text: &str, longest: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(longest));
    let mut left = longest;
    for character in text.chars() {
        if left == 0 {
            shown.push('…');
            break;
        }
        left -= 1;
        match character {
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            character if is_harmful(character) => {
                // Writing to a string cannot fail.
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(character));
            }
            character => shown.push(character),
        }
    }
    shown
}

/// Control characters (C0, C1, DEL), line separators, and what is invisible or turns the direction of text
/// (Unicode TR 36, "Unicode Security Considerations", section 2.10; Trojan Source, CVE-2021-42574).
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        let cases = [
            ("plain · ünïcode", "plain · ünïcode"),
            ("\u{1b}[2Jgone", "\\u{1b}[2Jgone"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("a\r\nb\tc", "a\\r\\nb\\tc"),
            ("user\u{202e}nimda", "user\\u{202e}nimda"),
            ("\u{7}\u{7f}\u{0}", "\\u{7}\\u{7f}\\u{0}"),
        ];
        for (text, expected) in cases {
            assert_eq!(harmless(text, 100), expected);
        }
    }

    #[test]
    fn long_text_is_cut_and_says_so() {
        assert_eq!(harmless("abcdef", 3), "abc…");
        assert_eq!(harmless("abc", 3), "abc");
    }
}
