//! Plain text and colours.

/// How a trail is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Text alone: for files, pipes, and whoever set `NO_COLOR`.
    #[default]
    Plain,
    /// With the colours of a terminal.
    Coloured,
}

/// What a piece of text is, as far as colours are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As it is.
    Normal,
    /// What is there to be looked up: times, branches, ids.
    Faint,
    /// What the eye looks for first.
    Strong,
    /// It went well.
    Good,
    /// It did not.
    Bad,
    /// Nobody knows yet.
    Open,
    /// A direct event.
    Direct,
}

impl Tone {
    /// The ANSI sequence (ECMA-48, SGR) that begins the tone; none where it is as it is.
    pub(crate) const fn begin(self, style: Style) -> &'static str {
        match (style, self) {
            (Style::Plain, _) | (_, Self::Normal) => "",
            (_, Self::Faint) => "\x1b[2m",
            (_, Self::Strong) => "\x1b[1m",
            (_, Self::Good) => "\x1b[32m",
            (_, Self::Bad) => "\x1b[1;31m",
            (_, Self::Open) => "\x1b[33m",
            (_, Self::Direct) => "\x1b[36m",
        }
    }

    /// The sequence that ends it.
    pub(crate) const fn end(self, style: Style) -> &'static str {
        match (style, self) {
            (Style::Plain, _) | (_, Self::Normal) => "",
            _ => "\x1b[0m",
        }
    }
}
