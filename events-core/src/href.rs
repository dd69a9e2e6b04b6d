//! References to resources: `nuvlabox/<uuid>`, typed and untyped.

use std::{borrow::Cow, fmt, hash::Hash, marker::PhantomData, rc::Rc, str::FromStr, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{declaration::ResourceDeclaration, event_type::is_kebab_case, fits::Named};

/// Longest href that is stored, in bytes.
pub(crate) const MAX_HREF: usize = 512;

/// A type of resource that events can be about. `#[resource(events)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a resource type with events [EVT046]",
    label = "not a resource type",
    note = "put `#[resource(events)]` on `{Self}`, or `#[resource(events(\"start\", …))]` for a closed set"
)]
pub trait Resource {
    /// What was declared.
    const DECLARATION: &'static ResourceDeclaration;
}

/// A value that says which resource it is about: a [`Href`], a resource itself, a string.
///
/// Implement it for an own id type, naming the resource it designates; then the compiler checks events
/// about it as it does for `Href<R>`. Where only the run time knows the type, it is [`Untyped`].
///
/// ```
/// # use std::{borrow::Cow, marker::PhantomData};
/// use events_core::{Designates, Resource, ResourceDeclaration};
///
/// struct RowId<R>(u64, PhantomData<R>);
///
/// impl<R: Resource> Designates for RowId<R> {
///     type Resource = R;
///     const DECLARATION: Option<&'static ResourceDeclaration> = Some(R::DECLARATION);
///
///     fn href(&self) -> Cow<'_, str> {
///         Cow::Owned(format!("{}/{}", R::DECLARATION.spec.resource_type, self.0))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a `{Self}` does not say which resource it is about [EVT037]",
    label = "expected `Href<R>`, a resource, or a string",
    note = "name another value with `resource = <expression>`, or implement `events::Designates` for `{Self}`"
)]
pub trait Designates {
    /// The resource type, or [`Untyped`] where only the run time knows it.
    type Resource: ?Sized;
    /// Its declaration, where the type says it.
    const DECLARATION: Option<&'static ResourceDeclaration>;
    /// `<resource-type>/<id>`, or the bare `<id>` of a resource of the event's own type.
    fn href(&self) -> Cow<'_, str>;

    #[doc(hidden)]
    fn __events_named(&self) -> (Cow<'_, str>, Named<Self>) {
        (self.href(), Named::NEW)
    }
}

/// Stands for the resource type of a string: known only when it is parsed.
#[derive(Debug)]
pub enum Untyped {}

/// Why a string is not an href.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not {expected}: {reason}")]
pub struct InvalidHref {
    given: String,
    expected: String,
    reason: &'static str,
}

impl InvalidHref {
    fn new(given: &str, expected: String, reason: &'static str) -> Self {
        Self { given: given.chars().take(80).collect(), expected, reason }
    }
}

/// A reference to any resource: `<resource-type>/<id>`.
///
/// ```
/// use events_core::AnyHref;
///
/// let href: AnyHref = "nuvlabox/4d5e9f57-8a44-4f0c-b0b7-000000000001".parse()?;
/// assert_eq!((href.resource_type(), href.id()), ("nuvlabox", "4d5e9f57-8a44-4f0c-b0b7-000000000001"));
/// assert!("no resource".parse::<AnyHref>().is_err());
/// # Ok::<(), events_core::InvalidHref>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AnyHref(Arc<str>);

impl AnyHref {
    /// The whole reference.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the first slash.
    pub fn resource_type(&self) -> &str {
        self.0.split_once('/').map_or(&*self.0, |(resource_type, _)| resource_type)
    }

    /// The part behind the first slash.
    pub fn id(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, id)| id)
    }
}

/// Checks `text` as a reference to a resource of any type.
pub(crate) fn check(text: &str) -> Result<(), &'static str> {
    if text.len() > MAX_HREF {
        return Err("it is longer than 512 bytes");
    }
    let Some((resource_type, id)) = text.split_once('/') else {
        return Err("it has no `/`");
    };
    if !is_kebab_case(resource_type) {
        return Err("its resource type is not kebab-case");
    }
    check_id(id)
}

/// What RFC 3986 allows in a path segment without escaping, and no further slash.
const IN_ID: [bool; 256] = {
    let mut allowed = [false; 256];
    let others = b"-._~:@!$&'()*+,;=";
    let mut byte = 0;
    while byte < 256 {
        allowed[byte] = (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    let mut at = 0;
    while at < others.len() {
        allowed[others[at] as usize] = true;
        at += 1;
    }
    allowed
};

pub(crate) fn check_id(id: &str) -> Result<(), &'static str> {
    if id.is_empty() {
        return Err("its id is empty");
    }
    // Every byte is looked at: that is faster than asking after each of them whether to go on.
    if !id.bytes().fold(true, |allowed, byte| allowed & IN_ID[usize::from(byte)]) {
        return Err("its id has a character that is not allowed");
    }
    Ok(())
}

impl FromStr for AnyHref {
    type Err = InvalidHref;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        check(text).map_err(|reason| InvalidHref::new(text, "an href `<resource-type>/<id>`".into(), reason))?;
        Ok(Self(text.into()))
    }
}

/// A reference to a resource of type `R`, printed as `<resource-type>/<id>`.
///
/// It parses and deserialises from `nuvlabox/<uuid>` and from the bare `<uuid>` of a path segment.
pub struct Href<R: ?Sized> {
    text: Arc<str>,
    resource: PhantomData<fn() -> R>,
}

impl<R: ?Sized> Href<R> {
    /// The whole reference.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part behind the slash.
    pub fn id(&self) -> &str {
        self.text.split_once('/').map_or("", |(_, id)| id)
    }

    /// The same reference without its type.
    pub fn untyped(&self) -> AnyHref {
        AnyHref(self.text.clone())
    }
}

impl<R: Resource + ?Sized> FromStr for Href<R> {
    type Err = InvalidHref;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let resource_type = R::DECLARATION.spec.resource_type;
        let refuse = |reason| {
            InvalidHref::new(
                text,
                format!("an href of a {resource_type} (`{resource_type}/<id>`, or `<id>` alone)"),
                reason,
            )
        };
        let id = match text.split_once('/') {
            Some((given_type, _)) if given_type != resource_type => {
                return Err(refuse("it is about another resource type"));
            }
            Some((_, id)) => id,
            None => text,
        };
        if resource_type.len() + 1 + id.len() > MAX_HREF {
            return Err(refuse("it is longer than 512 bytes"));
        }
        check_id(id).map_err(refuse)?;
        let text = if id.len() == text.len() { format!("{resource_type}/{id}").into() } else { text.into() };
        Ok(Self { text, resource: PhantomData })
    }
}

impl<R: Resource + ?Sized> TryFrom<AnyHref> for Href<R> {
    type Error = InvalidHref;

    fn try_from(href: AnyHref) -> Result<Self, Self::Error> {
        href.as_str().parse()
    }
}

impl<R: ?Sized> From<Href<R>> for AnyHref {
    fn from(href: Href<R>) -> Self {
        Self(href.text)
    }
}

impl<R: ?Sized> Clone for Href<R> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), resource: PhantomData }
    }
}

impl<R: ?Sized> PartialEq for Href<R> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<R: ?Sized> Eq for Href<R> {}

impl<R: ?Sized> PartialOrd for Href<R> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<R: ?Sized> Ord for Href<R> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}

impl<R: ?Sized> Hash for Href<R> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<R: ?Sized> fmt::Display for Href<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<R: ?Sized> fmt::Debug for Href<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for AnyHref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<R: ?Sized> Serialize for Href<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl Serialize for AnyHref {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de, R: Resource + ?Sized> Deserialize<'de> for Href<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for AnyHref {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl<R: ?Sized> AsRef<str> for Href<R> {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl AsRef<str> for AnyHref {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<R: Resource> Designates for Href<R> {
    type Resource = R;
    const DECLARATION: Option<&'static ResourceDeclaration> = Some(R::DECLARATION);

    fn href(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.text)
    }
}

macro_rules! designates_as_string {
    ($($string:ty),*) => { $(
        impl Designates for $string {
            type Resource = Untyped;
            const DECLARATION: Option<&'static ResourceDeclaration> = None;

            fn href(&self) -> Cow<'_, str> {
                Cow::Borrowed(self.as_ref())
            }
        }
    )* };
}
designates_as_string!(str, String, AnyHref);

macro_rules! designates_as_pointee {
    ($($pointer:ty),*) => { $(
        impl<V: Designates + ?Sized> Designates for $pointer {
            type Resource = V::Resource;
            const DECLARATION: Option<&'static ResourceDeclaration> = V::DECLARATION;

            fn href(&self) -> Cow<'_, str> {
                V::href(self)
            }
        }
    )* };
}
designates_as_pointee!(&V, &mut V, Box<V>, Rc<V>, Arc<V>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declaration::{Location, ResourceSpec};

    struct Nuvlabox;
    static NUVLABOX: ResourceDeclaration = ResourceDeclaration::new(ResourceSpec {
        resource_type: "nuvlabox",
        struct_name: "Nuvlabox",
        operations: None,
        category: None,
        severity: None,
        enabled: true,
        location: Location { krate: "", module: "", file: "", line: 0, column: 0 },
    });
    impl Resource for Nuvlabox {
        const DECLARATION: &'static ResourceDeclaration = &NUVLABOX;
    }

    #[test]
    fn a_typed_href_takes_the_bare_id_and_prints_the_whole() {
        for given in ["nuvlabox/01", "01"] {
            assert_eq!(given.parse::<Href<Nuvlabox>>().unwrap().as_str(), "nuvlabox/01");
        }
        for bad in ["", "nuvlabox/", "deployment/01", "nuvlabox/a/b", "a b", "a\u{0}", &"x".repeat(600)] {
            assert!(bad.parse::<Href<Nuvlabox>>().is_err(), "{bad:?}");
        }
        let error = "deployment/01".parse::<Href<Nuvlabox>>().unwrap_err().to_string();
        assert_eq!(
            error,
            "`deployment/01` is not an href of a nuvlabox (`nuvlabox/<id>`, or `<id>` alone): it is about another resource type"
        );
    }

    #[test]
    fn an_untyped_href_needs_its_type() {
        assert!("nuvlabox/01".parse::<AnyHref>().is_ok());
        for bad in ["01", "/01", "Nuvlabox/01", "nuvlabox/\n"] {
            assert!(bad.parse::<AnyHref>().is_err(), "{bad:?}");
        }
    }
}
