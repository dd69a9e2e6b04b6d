//! Shapes on the earth, in well-known text (OGC 06-103r4). No event has one; whether one is written right is told.

/// Collections in collections.
const DEEPEST: usize = 16;

/// Whether a text is a shape.
pub(crate) fn is_well_known_text(text: &str) -> bool {
    let mut reader = Reader(text);
    reader.shape(0).is_some() && reader.rest().is_empty()
}

struct Reader<'t>(&'t str);

impl<'t> Reader<'t> {
    /// What is left, without blanks in front.
    fn rest(&mut self) -> &'t str {
        self.0 = self.0.trim_start();
        self.0
    }

    fn word(&mut self) -> String {
        let rest = self.rest();
        let end = rest.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(rest.len());
        self.0 = &rest[end..];
        rest[..end].to_ascii_uppercase()
    }

    fn eat(&mut self, sign: char) -> Option<()> {
        self.0 = self.rest().strip_prefix(sign)?;
        Some(())
    }

    fn shape(&mut self, depth: usize) -> Option<()> {
        // How many lists stand in each other.
        let lists = match self.word().as_str() {
            "POINT" => 0,
            "LINESTRING" | "LINEARRING" | "MULTIPOINT" => 1,
            "POLYGON" | "MULTILINESTRING" => 2,
            "MULTIPOLYGON" => 3,
            "GEOMETRYCOLLECTION" if depth < DEEPEST => {
                return self
                    .dimensions_or_empty()
                    .map_or_else(|| self.listed(|reader| reader.shape(depth + 1)), |()| Some(()));
            }
            _ => return None,
        };
        match self.dimensions_or_empty() {
            Some(()) => Some(()),
            None if lists == 0 => self.in_parentheses(Self::position),
            None => self.positions(lists),
        }
    }

    /// Some where it has nothing. `Z`, `M` and `ZM` may stand in front.
    fn dimensions_or_empty(&mut self) -> Option<()> {
        let mut before = self.0;
        let mut word = self.word();
        if matches!(word.as_str(), "Z" | "M" | "ZM") {
            before = self.0;
            word = self.word();
        }
        if word == "EMPTY" {
            return Some(());
        }
        self.0 = before;
        None
    }

    fn in_parentheses(&mut self, inside: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        self.eat('(')?;
        inside(self)?;
        self.eat(')')
    }

    fn listed(&mut self, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.in_parentheses(|reader| {
            item(reader)?;
            while reader.eat(',').is_some() {
                item(reader)?;
            }
            Some(())
        })
    }

    fn positions(&mut self, lists: usize) -> Option<()> {
        match lists {
            // The points of several may stand in parentheses.
            1 => self.listed(|reader| {
                if reader.rest().starts_with('(') { reader.in_parentheses(Self::position) } else { reader.position() }
            }),
            _ => self.listed(|reader| reader.positions(lists - 1)),
        }
    }

    /// Two to four numbers.
    fn position(&mut self) -> Option<()> {
        let mut numbers = 0;
        while let Some(rest) = self.number() {
            self.0 = rest;
            numbers += 1;
        }
        (2..=4).contains(&numbers).then_some(())
    }

    /// What stands behind the number that comes next.
    fn number(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let is_part = |letter: char| letter.is_ascii_digit() || matches!(letter, '+' | '-' | '.' | 'e' | 'E');
        let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        rest[..end].parse::<f64>().is_ok().then(|| &rest[end..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_told_from_other_texts() {
        for text in [
            "POINT(1 2)",
            "point z ( -1.5 2e3 7 )",
            "POINT EMPTY",
            "LINESTRING (30 10, 10 30, 40 40)",
            "POLYGON ((30 10, 40 40, 20 40, 30 10), (20 30, 35 35, 30 20, 20 30))",
            "MULTIPOINT (10 40, 40 30)",
            "MULTIPOINT ((10 40), (40 30))",
            "MULTIPOLYGON (((30 20, 45 40, 10 40, 30 20)), ((15 5, 40 10, 10 20, 15 5)))",
            "GEOMETRYCOLLECTION (POINT (40 10), LINESTRING (10 10, 20 20))",
        ] {
            assert!(is_well_known_text(text), "{text}");
        }
        let deep = "GEOMETRYCOLLECTION(".repeat(10_000);
        for text in
            ["", "any string", "POINT", "POINT(1)", "POINT(1 2", "POINT(1 2) x", "POLYGON (1 2)", "CIRCLE(1 2)", &deep]
        {
            assert!(!is_well_known_text(text), "{text:.40}");
        }
    }
}
