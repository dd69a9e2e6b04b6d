//! Reading the filter language.
//!
//! Every part of a comparison is a parser; comparisons are joined by a loop with a stack of its own, so that
//! no text, however deep, takes the thread's stack. What is longer or deeper than anybody needs is refused
//! with a message that says so, and everything else is read in one pass.

use winnow::{
    Parser,
    ascii::digit1,
    combinator::{alt, opt, repeat},
    error::ParserError,
    token::{any, one_of, take_till, take_while},
};

use super::{
    expression::{Compares, Node, Operand, Operator, Relation, Value},
    invalid_filter::InvalidFilter,
};

mod expected;

use expected::{Expected, Stuck, expecting};

/// Parentheses in parentheses.
const DEEPEST: usize = 128;
/// Values in a list.
const LONGEST_LIST: usize = 10_000;
/// Comparisons, and values of lists.
const MOST_VALUES: usize = 20_000;
/// Bytes.
const LONGEST: usize = 512 << 10;
/// Bytes of an attribute. No detail with a longer path is searched by.
const LONGEST_ATTRIBUTE: usize = 1_024;

/// All of these filters, each in parentheses.
pub(crate) fn all_of(texts: &[&str]) -> Result<Node, InvalidFilter> {
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    if bytes > LONGEST {
        return Err(InvalidFilter::new(format!(
            "Invalid CIMI filter. It has {bytes} bytes, and {LONGEST} are allowed: ask in several requests"
        )));
    }
    let mut nodes = Vec::with_capacity(texts.len());
    let mut values = 0;
    for (index, text) in texts.iter().enumerate() {
        let node = Reading { text, rest: text, values: &mut values }.filter().map_err(|mistake| match mistake {
            Mistake::Limit(why) => InvalidFilter::new(format!("Invalid CIMI filter. {why}")),
            Mistake::Expected { at, expected } => {
                let before: usize = texts[..index].iter().map(|text| text.len() + "() and ".len()).sum();
                let whole: Vec<String> = texts.iter().map(|text| format!("({text})")).collect();
                InvalidFilter::at(&whole.join(" and "), before + 1 + at, &expected.names())
            }
        })?;
        nodes.push(node);
    }
    match nodes.pop() {
        None => Err(InvalidFilter::new("Invalid CIMI filter. There is none")),
        Some(only) if nodes.is_empty() => Ok(only),
        Some(last) => {
            nodes.push(last);
            Ok(Node::And(nodes))
        }
    }
}

enum Mistake {
    Limit(String),
    Expected { at: usize, expected: Expected },
}

fn blanks<'t>(input: &mut &'t str) -> Result<&'t str, Stuck> {
    take_while(0.., [' ', '\t', '\n', '\u{b}', '\u{c}', '\r']).parse_next(input)
}

/// `details/schema-org:size`.
fn attribute(input: &mut &str) -> Result<String, Stuck> {
    let start = *input;
    let mut name = expecting(Expected::ATTRIBUTE, term);
    name(input)?;
    loop {
        if input.starts_with(':') {
            *input = &input[1..];
            name(input)?;
        }
        if !input.starts_with('/') {
            return Ok(start[..start.len() - input.len()].to_owned());
        }
        if start.len() - input.len() > LONGEST_ATTRIBUTE {
            return Err(Stuck::limit(format!("An attribute is longer than {LONGEST_ATTRIBUTE} bytes")));
        }
        *input = &input[1..];
        name(input)?;
    }
}

/// A letter, or a letter or `@` and what ends in a letter, a digit or `_`.
fn term(input: &mut &str) -> Result<(), Stuck> {
    let start = *input;
    let first = one_of(|letter: char| letter.is_ascii_alphabetic() || letter == '@').parse_next(input)?;
    let rest: &str = take_while(0.., |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'))
        .parse_next(input)?;
    let length = rest.trim_end_matches('-').len();
    if length == 0 && first == '@' {
        return Err(Stuck::from_input(&start));
    }
    *input = &start[1 + length..];
    Ok(())
}

/// The text between quotes, as it is written.
fn string(input: &mut &str) -> Result<Value, Stuck> {
    let mut quote = one_of(['\'', '"']).parse_next(input)?;
    let plain = take_till(1.., move |letter| letter == quote || letter == '\\').void();
    let inside = repeat::<_, _, (), _, _>(0.., alt((plain, ('\\', any).void())));
    let text: &str = inside.take().parse_next(input)?;
    quote.parse_next(input)?;
    Ok(Value::Text { text: text.to_owned(), quote })
}

fn integer(input: &mut &str) -> Result<Value, Stuck> {
    let digits: &str = digit1.parse_next(input)?;
    let too_large = || Stuck::limit(format!("The integer {digits:.60} is too large: {} is the largest", u64::MAX));
    digits.parse().map(Value::Integer).map_err(|_| too_large())
}

fn date(input: &mut &str) -> Result<Value, Stuck> {
    let zone = alt(("Z".void(), (one_of(['+', '-']), digit1, ':', digit1).void()));
    let time = ('T', digit1, ':', digit1, ':', digit1, opt(('.', digit1)), zone);
    let written = (digit1, '-', digit1, opt(('-', digit1)), opt(time)).take();
    written.map(|text: &str| Value::Date(text.to_owned())).parse_next(input)
}

/// A string, a date or an integer, with blanks around it.
fn value(input: &mut &str) -> Result<Value, Stuck> {
    blanks(input)?;
    let mut value = alt((
        expecting(Expected::STRING, string),
        expecting(Expected::DATE, date),
        expecting(Expected::INTEGER, integer),
    ));
    let value = value.parse_next(input)?;
    blanks(input)?;
    Ok(value)
}

/// A string alone, with blanks around it.
fn quoted(input: &mut &str) -> Result<Operand, Stuck> {
    blanks(input)?;
    let value = expecting(Expected::STRING, string)(input)?;
    blanks(input)?;
    Ok(Operand::Value(value))
}

fn constant(input: &mut &str) -> Result<Operand, Stuck> {
    let constants = alt((
        "true".value(Operand::Boolean(true)),
        "false".value(Operand::Boolean(false)),
        "null".value(Operand::Null),
    ));
    expecting(Expected::CONSTANT, constants)(input)
}

/// Values between brackets, with or without commas.
fn list(input: &mut &str) -> Result<Operand, Stuck> {
    expecting(Expected::LIST, '[')(input)?;
    let mut values = Vec::new();
    let close = |input: &mut &str, expected| expecting(expected, ']')(input);
    if close(input, Expected::CLOSE_LIST).is_ok() {
        return Ok(Operand::List(values));
    }
    values.push(value(input)?);
    loop {
        if close(input, Expected::CLOSE_LIST).is_ok() {
            return Ok(Operand::List(values));
        }
        if values.len() == LONGEST_LIST {
            return Err(Stuck::limit(format!(
                "A list has more than {LONGEST_LIST} values: divide it, and ask in several requests"
            )));
        }
        let after_comma = opt(',').parse_next(input)?.is_some();
        match value(input) {
            Ok(value) => values.push(value),
            Err(stuck) if after_comma || stuck.limit.is_some() => return Err(stuck),
            Err(stuck) => {
                let besides = Expected::SEPARATOR.or(Expected::CLOSE_LIST);
                return Err(Stuck { expected: stuck.expected.or(besides), ..stuck });
            }
        }
    }
}

fn operator(input: &mut &str) -> Result<Operator, Stuck> {
    let signs = alt((
        "==".value(Operator::HasWords),
        "=".value(Operator::Is),
        "!=".value(Operator::IsNot),
        "<=".value(Operator::AtMost),
        "<".value(Operator::Less),
        ">=".value(Operator::AtLeast),
        ">".value(Operator::More),
        "^=".value(Operator::StartsWith),
    ));
    let relations = alt((
        "intersects".value(Operator::Geo(Relation::Intersects)),
        "disjoint".value(Operator::Geo(Relation::Disjoint)),
        "within".value(Operator::Geo(Relation::Within)),
        "contains".value(Operator::Geo(Relation::Contains)),
    ));
    expecting(Expected::OPERATOR, alt((signs, relations)))(input)
}

/// `category='action'`.
fn attribute_first(input: &mut &str) -> Result<Compares, Stuck> {
    let attribute = attribute(input)?;
    blanks(input)?;
    let operator = operator(input)?;
    let operand = match operator {
        // There is no blank before a list.
        Operator::Is | Operator::IsNot => alt((list, any_single)).parse_next(input)?,
        Operator::Less | Operator::AtMost | Operator::AtLeast | Operator::More => {
            value.map(Operand::Value).parse_next(input)?
        }
        Operator::StartsWith | Operator::HasWords | Operator::Geo(_) => quoted(input)?,
    };
    Ok(Compares { attribute, operator, operand })
}

/// Any value or constant, with blanks around it.
fn any_single(input: &mut &str) -> Result<Operand, Stuck> {
    blanks(input)?;
    let single = alt((value.map(Operand::Value), constant)).parse_next(input)?;
    blanks(input)?;
    Ok(single)
}

/// `'action'=category`.
fn operand_first(input: &mut &str) -> Result<Compares, Stuck> {
    let operand = alt((list, any_single)).parse_next(input)?;
    blanks(input)?;
    let start = *input;
    let written = operator(input)?;
    let allowed = match (written, &operand) {
        (Operator::Is | Operator::IsNot, _) => true,
        (Operator::Geo(_), _) => false,
        (Operator::StartsWith | Operator::HasWords, operand) => {
            matches!(operand, Operand::Value(Value::Text { .. }))
        }
        (_, operand) => matches!(operand, Operand::Value(_)),
    };
    if !allowed {
        return Err(Stuck { left: start.len(), expected: Expected::OPERATOR, limit: None });
    }
    blanks(input)?;
    let attribute = attribute(input)?;
    // Seen from the attribute.
    let operator = match written {
        Operator::Less => Operator::More,
        Operator::AtMost => Operator::AtLeast,
        Operator::AtLeast => Operator::AtMost,
        Operator::More => Operator::Less,
        same => same,
    };
    Ok(Compares { attribute, operator, operand })
}

/// A comparison. `true`, `false` and `null` may be attributes or values; what stands behind it decides.
fn comparison(input: &mut &str) -> Result<Compares, Stuck> {
    blanks(input)?;
    let start = *input;
    let by_attribute = match attribute_first(input) {
        Ok(compares) if is_followed_well(input) => return Ok(compares),
        other => other,
    };
    let behind_it = std::mem::replace(input, start);
    match (by_attribute, operand_first(input)) {
        (Err(_), Ok(by_operand)) => Ok(by_operand),
        (Ok(_), Ok(by_operand)) if is_followed_well(input) => Ok(by_operand),
        (Ok(by_attribute), _) => {
            *input = behind_it;
            Ok(by_attribute)
        }
        (Err(one), Err(other)) => Err(one.or(other)),
    }
}

/// Whether what stands behind a comparison may stand there.
fn is_followed_well(rest: &str) -> bool {
    let rest = rest.trim_ascii_start();
    rest.is_empty() || rest.starts_with(')') || rest.starts_with("and") || rest.starts_with("or")
}

/// What was read of a filter and is not joined yet: alternatives, and the parts of the last of them.
#[derive(Default)]
struct Group {
    alternatives: Vec<Node>,
    parts: Vec<Node>,
}

impl Group {
    fn end_alternative(&mut self) {
        let node = joined(std::mem::take(&mut self.parts), Node::And);
        self.alternatives.extend(node);
    }

    fn end(mut self) -> Option<Node> {
        self.end_alternative();
        joined(self.alternatives, Node::Or)
    }
}

fn joined(mut nodes: Vec<Node>, join: impl Fn(Vec<Node>) -> Node) -> Option<Node> {
    if nodes.len() > 1 { Some(join(nodes)) } else { nodes.pop() }
}

/// One filter that is being read.
struct Reading<'t, 'v> {
    text: &'t str,
    rest: &'t str,
    values: &'v mut usize,
}

impl<'t> Reading<'t, '_> {
    fn filter(mut self) -> Result<Node, Mistake> {
        let mut outer: Vec<Group> = Vec::new();
        let mut group = Group::default();
        loop {
            let _ = blanks(&mut self.rest);
            if self.eat("(") {
                if outer.len() == DEEPEST {
                    return Err(Mistake::Limit(format!("Parentheses are nested deeper than {DEEPEST}: simplify it")));
                }
                outer.push(std::mem::take(&mut group));
                continue;
            }
            let compares = comparison(&mut self.rest).map_err(|stuck| self.mistake(stuck, Expected::OPEN))?;
            *self.values += match &compares.operand {
                Operand::List(values) => 1 + values.len(),
                _ => 1,
            };
            if *self.values > MOST_VALUES {
                return Err(Mistake::Limit(format!(
                    "It has more than {MOST_VALUES} comparisons and values: ask in several requests"
                )));
            }
            group.parts.push(Node::Compares(compares));
            // What may follow closes groups, until one goes on.
            loop {
                let _ = blanks(&mut self.rest);
                if self.eat("and") {
                    break;
                }
                if self.eat("or") {
                    group.end_alternative();
                    break;
                }
                let inside = !outer.is_empty();
                match outer.pop() {
                    Some(around) if self.eat(")") => {
                        let inner = std::mem::replace(&mut group, around);
                        group.parts.extend(inner.end());
                    }
                    None if self.rest.is_empty() => {
                        // At least one comparison was read.
                        return group.end().ok_or_else(|| Mistake::Limit("It is empty".to_owned()));
                    }
                    _ => {
                        let closing = if inside { Expected::CLOSE } else { Expected::END };
                        // The parenthesis around the whole filter would close the one that is open.
                        let behind = usize::from(inside && self.rest.is_empty());
                        let at = self.text.len() - self.rest.len() + behind;
                        return Err(Mistake::Expected { at, expected: Expected::JOIN.or(closing) });
                    }
                }
            }
        }
    }

    fn eat(&mut self, literal: &str) -> bool {
        let rest = self.rest.strip_prefix(literal);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// `besides` could have stood where the comparison begins.
    fn mistake(&self, stuck: Stuck, besides: Expected) -> Mistake {
        if let Some(why) = stuck.limit {
            return Mistake::Limit(why);
        }
        let at_its_beginning = stuck.expected.has(Expected::ATTRIBUTE.or(Expected::LIST));
        let expected = if at_its_beginning { stuck.expected.or(besides) } else { stuck.expected };
        Mistake::Expected { at: self.text.len() - stuck.left, expected }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert_eq, prop_oneof, proptest};

    use super::*;
    use crate::search::FilterExpression;

    fn printed(text: &str) -> Result<String, String> {
        text.parse::<FilterExpression>().map(|read| read.to_string()).map_err(|wrong| wrong.to_string())
    }

    #[test]
    fn what_the_older_parser_reads_is_read() {
        let table = [
            ("alpha=3", "alpha=3"),
            ("3=alpha", "alpha=3"),
            ("1<alpha", "alpha>1"),
            ("'x'>=alpha", "alpha<='x'"),
            ("'abc'^=alpha", "alpha^='abc'"),
            ("'abc' == alpha", "alpha=='abc'"),
            ("(((alpha=3)))", "alpha=3"),
            ("alpha=3 and beta=4 or gamma=5 and delta=6", "alpha=3 and beta=4 or gamma=5 and delta=6"),
            ("alpha=3 and (beta=4 or gamma=5) and delta=6", "alpha=3 and (beta=4 or gamma=5) and delta=6"),
            ("a=1orb=2andc=3", "a=1 or b=2 and c=3"),
            ("a='x'and b=trueor c=nulland d!=false", "a='x' and b=true or c=null and d!=false"),
            ("(a/b='x' orc/d-e='y')", "a/b='x' or c/d-e='y'"),
            ("a=['x','y'] and b=['x' 'y']", "a=['x', 'y'] and b=['x', 'y']"),
            ("a=['x''y'] and b=[1 2] and c=[]", "a=['x', 'y'] and b=[1, 2] and c=[]"),
            ("a=[ 1 , 2020-01 ] and [1]=b", "a=[1, 2020-01] and b=[1]"),
            ("name=[\"session.add\" \"session.delete\"]", "name=[\"session.add\", \"session.delete\"]"),
            ("a=4294967296 and b=007", "a=4294967296 and b=7"),
            (
                "a=2012-01 and b>2012-01-02 and c<2012-01-02T13:14:25.6-01:15",
                "a=2012-01 and b>2012-01-02 and c<2012-01-02T13:14:25.6-01:15",
            ),
            (r"a='it\'s' and b=''", r"a='it\'s' and b=''"),
            ("and=1 and or=2 or and=3", "and=1 and or=2 or and=3"),
            ("@timestamp>1 and schema-org:a1/schema-org:a2=1", "@timestamp>1 and schema-org:a1/schema-org:a2=1"),
            (
                "true=a and true=true and null!=null and null=nullable",
                "a=true and true=true and null!=null and nullable=null",
            ),
            ("a intersects 'POINT(1 2)' or b contains\"x\"", "a intersects 'POINT(1 2)' or b contains \"x\""),
            ("  a \t=\n 1  ", "a=1"),
        ];
        for (text, expected) in table {
            assert_eq!(printed(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_the_older_parser_refuses_is_refused_where_it_stands() {
        // Columns count the parenthesis around the filter.
        let table = [
            ("", 2),
            ("()", 3),
            ("category='missing end quote", 11),
            ("alpha=beta", 8),
            ("alpha=3.2", 9),
            ("alpha=-1", 8),
            ("alpha&&4", 7),
            ("alpha>true", 8),
            ("alpha>null", 8),
            ("alpha<[1]", 8),
            ("alpha^=3", 9),
            ("alpha== 3", 10),
            ("true<alpha", 7),
            ("1^=alpha", 3),
            ("'POINT(1 2)' within alpha", 15),
            ("a= [1]", 5),
            ("a=[ ]", 6),
            ("a=[1,]", 7),
            ("a=[true]", 5),
            ("a=now-1d", 4),
            ("a=1 AND b=1", 6),
            ("a=1)", 5),
            ("a=1) or (b=2", 5),
            ("(a=1", 7),
            ("a=1 and", 9),
            ("a.b=1", 3),
            ("a-=1", 3),
            ("_a=1", 2),
            ("1a=1", 3),
            ("a/=1", 4),
            ("a/1=1", 4),
            ("a:=1", 4),
            ("a:b:c=1", 5),
            ("property['beta']='4'", 10),
            ("not a=1", 6),
            ("é=1", 2),
        ];
        for (text, column) in table {
            let wrong = printed(text).expect_err(text);
            let begins = format!(
                "Invalid CIMI filter. Parse error at line 1, column {column}:\n({text})\n{}^\nExpected one of:\n",
                " ".repeat(column - 1)
            );
            assert!(wrong.starts_with(&begins), "{text}\n{wrong}");
        }
    }

    #[test]
    fn a_mistake_says_what_could_stand_there() {
        let wrong = |texts: &[&str]| FilterExpression::all_of(texts.iter().copied()).unwrap_err().to_string();
        assert_eq!(
            wrong(&["a=1", "b=2\nand c~3"]),
            "Invalid CIMI filter. Parse error at line 2, column 6:\nand c~3)\n     ^\nExpected one of:\n=\n!=\n<\n<=\n>=\n>\n^=\n==\n\
             intersects\ndisjoint\nwithin\ncontains"
        );
        assert!(
            wrong(&["a="]).ends_with("\na string in quotes\nan integer\na date\ntrue\nfalse\nnull\n["),
            "{}",
            wrong(&["a="])
        );
        assert!(wrong(&["a=1 b"]).ends_with("Expected one of:\nand\nor\nthe end"));
        assert!(wrong(&["(a=1 b"]).ends_with("Expected one of:\n)\nand\nor"));
        assert!(
            wrong(&["a=1", "b=1) or (c=1"])
                .starts_with("Invalid CIMI filter. Parse error at line 1, column 15:\n(a=1) and (b=1) or (c=1)\n")
        );
        let long = format!("a=[{}] or b", "'0123456789' ".repeat(5_000));
        let wrong = wrong(&[&long]);
        assert!(wrong.len() < 2_000, "{} bytes", wrong.len());
    }

    #[test]
    fn every_filter_is_read_on_its_own() {
        let all = FilterExpression::all_of(["a=1 or b=2", "c='x'"]).unwrap();
        assert_eq!(all.to_string(), "(a=1 or b=2) and c='x'");
        assert!(FilterExpression::all_of(["a='", "'=b"]).is_err());
        assert!(FilterExpression::all_of([]).is_err());
    }

    #[test]
    fn what_is_large_is_read_or_refused_at_once() {
        let nested = |depth: usize| format!("{}a=1{}", "(".repeat(depth), ")".repeat(depth));
        assert_eq!(printed(&nested(100)).as_deref(), Ok("a=1"));
        assert!(printed(&nested(100_000)).unwrap_err().contains("nested deeper than 128"));
        let list = |values: usize| format!("a=[{}]", "'0123456789' ".repeat(values));
        assert!(printed(&list(5_000)).is_ok());
        assert!(printed(&list(10_001)).unwrap_err().contains("more than 10000 values"));
        assert!(printed(&["(a='1')"; 4_000].join(" or ")).is_ok());
        assert!(printed(&["a=1"; 30_000].join(" or ")).unwrap_err().contains("more than 20000 comparisons"));
        assert!(printed(&"(".repeat(2 << 20)).unwrap_err().contains("524288 are allowed"));
        assert!(printed(&"a/".repeat(100_000)).unwrap_err().contains("longer than 1024 bytes"));
        assert!(printed("a=99999999999999999999").unwrap_err().contains("is too large"));
    }

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            ("([^'\\\\]|\\\\.){0,8}").prop_map(|text| Value::Text { text, quote: '\'' }),
            ("([^\"\\\\]|\\\\.){0,8}").prop_map(|text| Value::Text { text, quote: '"' }),
            any::<u64>().prop_map(Value::Integer),
            "[0-9]{1,4}-[0-9]{1,2}(-[0-9]{2})?(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,3})?(Z|[+-][0-9]{2}:[0-9]{2}))?"
                .prop_map(Value::Date),
        ]
    }

    fn compares() -> impl Strategy<Value = Node> {
        let attribute = "((@[a-z]|[a-z])[a-z0-9_-]{0,4}[a-z0-9_])(:[a-z])?(/[a-z]){0,2}|[a-zA-Z]|and|or|true|null";
        let any = prop_oneof![
            value().prop_map(Operand::Value),
            any::<bool>().prop_map(Operand::Boolean),
            Just(Operand::Null),
            proptest::collection::vec(value(), 0..4).prop_map(Operand::List),
        ];
        let text = value().prop_filter("a text", |value| matches!(value, Value::Text { .. }));
        let compared = prop_oneof![
            (proptest::sample::select(vec![Operator::Is, Operator::IsNot]), any),
            (
                proptest::sample::select(vec![Operator::Less, Operator::AtMost, Operator::AtLeast, Operator::More]),
                value().prop_map(Operand::Value)
            ),
            (
                proptest::sample::select(vec![
                    Operator::StartsWith,
                    Operator::HasWords,
                    Operator::Geo(Relation::Within),
                    Operator::Geo(Relation::Disjoint),
                ]),
                text.prop_map(Operand::Value)
            ),
        ];
        (attribute, compared)
            .prop_map(|(attribute, (operator, operand))| Node::Compares(Compares { attribute, operator, operand }))
    }

    fn node() -> impl Strategy<Value = FilterExpression> {
        let nested = compares().prop_recursive(5, 40, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 2..4).prop_map(Node::And),
                proptest::collection::vec(inner, 2..4).prop_map(Node::Or),
            ]
        });
        nested.prop_map(FilterExpression)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_048))]

        #[test]
        fn what_is_printed_reads_back(expression in node()) {
            prop_assert_eq!(expression.to_string().parse(), Ok(expression));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,30}|[ab/:'\"\\\\()\\[\\]<>=!^&,0-9TZ. \n-]{0,40}|((a|b|true|and|or|=|!=|'x'|\\(|\\)|\\[|\\]|1| ){0,20})") {
            if let Ok(read) = text.parse::<FilterExpression>() {
                let _ = read.filter(crate::timestamp::Timestamp::MAX);
                prop_assert_eq!(read.to_string().parse(), Ok(read));
            }
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = String::from_utf8_lossy(&bytes).parse::<FilterExpression>();
        }
    }
}
