//! Writing filters and orders at random, with what they mean.

use super::{
    BOOLEANS, DETAILS, Documents, INSTANTS, INTEGERS, Literal, MISSING, Meaning, NOW, Operand, TEXTS, Written,
    WrittenOrder,
};
use crate::{id::Random, timestamp::Timestamp};

/// Writes filters at random about given documents.
#[derive(Debug)]
pub(in crate::conformance) struct Writer<'d> {
    random: Random,
    documents: &'d Documents,
}

impl<'d> Writer<'d> {
    pub(in crate::conformance) fn about(documents: &'d Documents, seed: u64) -> Self {
        Self { random: Random::from_seed(seed), documents }
    }

    /// A filter, nested up to three deep.
    pub(in crate::conformance) fn filter(&mut self) -> Written {
        let (text, meaning) = self.nested(3);
        Written { text, meaning }
    }

    /// None, one or two orders.
    pub(in crate::conformance) fn orders(&mut self) -> Vec<WrittenOrder> {
        let count = [0, 0, 1, 1, 2][self.random.below(5)];
        let order = |writer: &mut Self| {
            let mut path = match writer.random.below(6) {
                0 | 1 => writer.pick(&TEXTS),
                2 => writer.pick(&INSTANTS),
                3 => writer.pick(&INTEGERS),
                4 => writer.pick(&DETAILS),
                _ => writer.pick(&MISSING),
            };
            if writer.random.below(4) == 0 {
                path = "created".to_owned();
            }
            let descending = writer.random.below(2) == 0;
            let separated = if writer.random.below(2) == 0 { path.replace('/', ".") } else { path.clone() };
            let way = if descending { ":desc" } else { ["", ":asc"][writer.random.below(2)] };
            WrittenOrder { text: format!("{separated}{way}"), path, descending }
        };
        (0..count).map(|_| order(self)).collect()
    }

    pub(in crate::conformance) fn below(&mut self, limit: usize) -> usize {
        self.random.below(limit)
    }

    fn pick(&mut self, paths: &[&str]) -> String {
        paths[self.random.below(paths.len())].to_owned()
    }

    /// The text of some value that some event has under a path.
    fn some_text(&mut self, path: &str) -> String {
        for _ in 0..20 {
            let texts = self.documents.0[self.random.below(self.documents.0.len())].texts(path);
            if !texts.is_empty() {
                return texts[self.random.below(texts.len())].clone();
            }
        }
        "none".to_owned()
    }

    fn nested(&mut self, depth: usize) -> (String, Meaning) {
        match self.random.below(if depth == 0 { 6 } else { 10 }) {
            0..=5 => self.leaf(),
            draw => {
                let all = draw < 8;
                let parts: Vec<(String, Meaning)> =
                    (0..2 + self.random.below(2)).map(|_| self.nested(depth - 1)).collect();
                // Some blanks need not be there.
                let word = if all { "and" } else { "or" };
                let join =
                    [format!(" {word} "), format!(" {word}  "), format!("\t{word}\n")][self.random.below(3)].clone();
                let texts: Vec<String> = parts
                    .iter()
                    .map(|(text, meaning)| match meaning {
                        Meaning::Leaf { .. } => text.clone(),
                        _ => format!("({text})"),
                    })
                    .collect();
                let meanings = parts.into_iter().map(|(_, meaning)| meaning).collect();
                (texts.join(&join), if all { Meaning::All(meanings) } else { Meaning::Any(meanings) })
            }
        }
    }

    fn leaf(&mut self) -> (String, Meaning) {
        let (path, operator, operand) = match self.random.below(20) {
            0..=6 => {
                let path = self.pick(&TEXTS);
                let text = self.some_text(&path);
                let (operator, operand) = self.about_text(&path, text);
                (path, operator, operand)
            }
            7..=9 => (self.pick(&INSTANTS), self.operator(), Operand::One(self.date())),
            10 => {
                let path = self.pick(&INTEGERS);
                let value = self.some_text(&path).parse().unwrap_or(7);
                let literal =
                    if self.random.below(3) == 0 { Literal::Integer(value / 2) } else { Literal::Integer(value) };
                (path, self.operator(), Operand::One(literal))
            }
            11 => {
                let value = self.random.below(2) == 0;
                (self.pick(&BOOLEANS), ["=", "!="][self.random.below(2)], Operand::One(Literal::Boolean(value)))
            }
            12..=15 => {
                let path = self.pick(&DETAILS);
                let text = self.some_text(&path);
                match text.parse::<u64>() {
                    Ok(value) => (path, self.operator(), Operand::One(Literal::Integer(value))),
                    Err(_) => {
                        let (operator, operand) = self.about_text(&path, text);
                        (path, operator, operand)
                    }
                }
            }
            16 => {
                let path = self.pick(&MISSING);
                let (operator, operand) = self.about_text(&path, "x".to_owned());
                (path, operator, operand)
            }
            17 => {
                let paths = [&TEXTS[..], &INSTANTS, &INTEGERS, &BOOLEANS, &DETAILS, &MISSING];
                let paths = paths[self.random.below(paths.len())];
                (self.pick(paths), ["=", "!="][self.random.below(2)], Operand::Null)
            }
            _ => ("fulltext".to_owned(), "==", self.words()),
        };
        self.written(path, operator, operand)
    }

    fn operator(&mut self) -> &'static str {
        ["=", "!=", "<", "<=", ">=", ">"][self.random.below(6)]
    }

    fn about_text(&mut self, path: &str, text: String) -> (&'static str, Operand) {
        match self.random.below(10) {
            0..=3 => (["=", "!="][self.random.below(2)], Operand::One(Literal::Text(text))),
            4 => {
                let end = self.random.below(text.chars().count() + 1);
                ("^=", Operand::One(Literal::Text(text.chars().take(end).collect())))
            }
            5 | 6 => {
                let more = (0..self.random.below(3)).map(|_| Literal::Text(self.some_text(path))).collect::<Vec<_>>();
                let several = if self.random.below(8) == 0 {
                    Vec::new()
                } else {
                    more.into_iter().chain([Literal::Text(text)]).collect()
                };
                (["=", "!="][self.random.below(2)], Operand::Several(several))
            }
            _ => (["<", "<=", ">=", ">"][self.random.below(4)], Operand::One(Literal::Text(text))),
        }
    }

    fn words(&mut self) -> Operand {
        let word = self.some_text("fulltext");
        let (all, none) = match self.random.below(4) {
            0 => return Operand::Beginning(word.chars().take(1 + self.random.below(4)).collect()),
            1 => (vec![word, self.some_text("fulltext")], Vec::new()),
            2 => (vec![word], vec![self.some_text("fulltext")]),
            _ => (vec![word], Vec::new()),
        };
        Operand::Words(all, none)
    }

    /// A point in time of some event, or a day, or a month, or worked out from now.
    fn date(&mut self) -> Literal {
        let path = self.pick(&INSTANTS);
        let text = Some(self.some_text(&path)).filter(|text| text != "none").unwrap_or_else(|| NOW.to_owned());
        let (day, month) = (&text[..10], &text[..7]);
        let day_of = |day: &str| (format!("{day}T00:00:00.000Z"), format!("{day}T23:59:59.999Z"));
        let (written, (first, last)) = match self.random.below(8) {
            0 => (format!("'{text}'"), (text.clone(), text.clone())),
            1 => (text.clone(), (text.clone(), text.clone())),
            2 => (day.to_owned(), day_of(day)),
            3 => (format!("'{day}'"), day_of(day)),
            // No day is after the 31st.
            4 => (month.to_owned(), (format!("{month}-01T00:00:00.000Z"), format!("{month}-31T23:59:59.999Z"))),
            5 => (format!("'{}Z'", &text[..19]), (format!("{}.000Z", &text[..19]), format!("{}.999Z", &text[..19]))),
            6 => ("'now-1d/d'".to_owned(), day_of("2026-03-10")),
            _ => {
                let hours = self.random.below(48) as i64;
                let now: Timestamp = NOW.parse().expect("a timestamp");
                let at = Timestamp::from_millis(now.millis() - hours * 3_600_000).to_string();
                (format!("'now-{hours}h'"), (at.clone(), at))
            }
        };
        Literal::Date { written, first, last }
    }

    fn written(&mut self, path: String, operator: &'static str, operand: Operand) -> (String, Meaning) {
        let right = match &operand {
            Operand::Null => "null".to_owned(),
            Operand::One(literal) => literal.written(),
            Operand::Several(literals) => {
                let separator = [",", " ", ", "][self.random.below(3)];
                format!("[{}]", literals.iter().map(Literal::written).collect::<Vec<_>>().join(separator))
            }
            Operand::Words(all, none) => {
                let all = all.iter().map(String::clone);
                let none = none.iter().map(|word| format!("-{word}"));
                format!("'{}'", all.chain(none).collect::<Vec<_>>().join(" + "))
            }
            Operand::Beginning(start) => format!("\"{start}*\""),
        };
        let mirrored = match operator {
            "<" => ">",
            "<=" => ">=",
            ">" => "<",
            ">=" => "<=",
            same => same,
        };
        let text = if self.random.below(4) == 0 {
            format!("{right}{mirrored}{path}")
        } else {
            format!("{path}{operator}{right}")
        };
        (text, Meaning::Leaf { path, operator, operand })
    }
}
