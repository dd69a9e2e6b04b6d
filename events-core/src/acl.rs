//! Who may see a resource, and so its events.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, MapAccess, Visitor},
};

use crate::{
    identity::{ADMIN, ANON, Caller, Claim, Viewer},
    json,
};

/// What an ACL can grant beside ownership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// Sees the common attributes.
    ViewMeta,
    /// Sees all but the ACL.
    ViewData,
    /// Sees everything.
    ViewAcl,
    /// Changes the common attributes.
    EditMeta,
    /// Changes the data.
    EditData,
    /// Changes the ACL, and so everything.
    EditAcl,
    /// Runs actions; sees nothing by it.
    Manage,
    /// Deletes.
    Delete,
}

impl Right {
    /// Its name in an ACL.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::ViewMeta => "view-meta",
            Self::ViewData => "view-data",
            Self::ViewAcl => "view-acl",
            Self::EditMeta => "edit-meta",
            Self::EditData => "edit-data",
            Self::EditAcl => "edit-acl",
            Self::Manage => "manage",
            Self::Delete => "delete",
        }
    }

    /// Whether who has `self` also has `other`.
    ///
    /// edit-acl implies everything; edit-data implies edit-meta and view-data; edit-meta and delete
    /// imply view-meta; view-acl implies view-data, which implies view-meta; manage implies nothing.
    pub const fn implies(self, other: Self) -> bool {
        use Right::*;
        match self {
            EditAcl => true,
            EditData => matches!(other, EditData | EditMeta | ViewData | ViewMeta),
            EditMeta => matches!(other, EditMeta | ViewMeta),
            Delete => matches!(other, Delete | ViewMeta),
            ViewAcl => matches!(other, ViewAcl | ViewData | ViewMeta),
            ViewData => matches!(other, ViewData | ViewMeta),
            ViewMeta => matches!(other, ViewMeta),
            Manage => matches!(other, Manage),
        }
    }
}

/// Owners and rights, as they stand in an event and in a resource: `{"owners": […], "view-data": […]}`.
///
/// ```
/// use events_core::{Acl, Claim, Right, Viewer, Visibility};
///
/// let (jane, fleet): (Claim, Claim) = ("user/jane".parse()?, "group/fleet".parse()?);
/// let acl = Acl::owned_by(jane).granting(Right::ViewMeta, fleet.clone());
/// assert_eq!(acl.visibility(&Viewer::with_claims([fleet])), Some(Visibility::Meta));
/// assert_eq!(acl.visibility(&Viewer::with_claims([])), None);
/// # Ok::<(), events_core::InvalidClaim>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Acl {
    /// Have every right.
    pub owners: Vec<Claim>,
    /// Who has which other right.
    #[serde(flatten)]
    pub rights: BTreeMap<Right, Vec<Claim>>,
}

/// How much of an event somebody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Visibility {
    /// The common attributes: id, resource type, timestamp, created, updated, name, description, tags, parent.
    Meta,
    /// All but the ACL.
    Data,
    /// Everything.
    Everything,
}

impl Acl {
    /// Owned by one claim, no other rights.
    pub fn owned_by(owner: Claim) -> Self {
        Self { owners: vec![owner], rights: BTreeMap::new() }
    }

    /// Owned by the administrators: the safe default.
    pub fn admin() -> Self {
        Self::owned_by(Claim::admin())
    }

    /// The same with one more right granted.
    pub fn granting(mut self, right: Right, to: Claim) -> Self {
        let granted = self.rights.entry(right).or_default();
        if !granted.contains(&to) {
            granted.push(to);
        }
        self
    }

    /// Appends it as JSON, as it serialises.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let claims = |out: &mut Vec<u8>, name: &str, claims: &[Claim]| {
            json::string(out, name);
            out.extend_from_slice(b":[");
            for (index, claim) in claims.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                json::string(out, claim.as_str());
            }
            out.push(b']');
        };
        out.push(b'{');
        claims(out, "owners", &self.owners);
        for (right, to) in &self.rights {
            out.push(b',');
            claims(out, right.as_str(), to);
        }
        out.push(b'}');
    }

    /// Whether one of `claims` has `right`, by ownership, directly or by implication. Administrators do.
    pub fn allows<'c>(&self, right: Right, claims: impl IntoIterator<Item = &'c Claim>) -> bool {
        claims.into_iter().any(|claim| {
            claim.as_str() == ADMIN
                || self.owners.contains(claim)
                || self.rights.iter().any(|(granted, to)| granted.implies(right) && to.contains(claim))
        })
    }

    /// Whether `caller` may view the data of what this ACL protects. Everybody, also nobody in particular,
    /// may view what `group/nuvla-anon` may.
    pub fn shows_data_to(&self, caller: &Caller) -> bool {
        self.allows(Right::ViewData, &caller.claims) || self.who(Right::ViewData).any(|claim| claim.as_str() == ANON)
    }

    /// How much `viewer` sees of what this ACL protects.
    pub fn visibility(&self, viewer: &Viewer) -> Option<Visibility> {
        let levels = [
            (Right::ViewAcl, Visibility::Everything),
            (Right::ViewData, Visibility::Data),
            (Right::ViewMeta, Visibility::Meta),
        ];
        levels.into_iter().find(|(right, _)| self.allows(*right, viewer.claims())).map(|(_, visibility)| visibility)
    }

    /// Everyone who has `right`, by ownership, directly or by implication.
    pub fn who(&self, right: Right) -> impl Iterator<Item = &Claim> {
        let granted = self.rights.iter().filter(move |(granted, _)| granted.implies(right)).flat_map(|(_, to)| to);
        self.owners.iter().chain(granted)
    }

    /// The claims that see at least the data, each once, and those that see only the common attributes.
    pub fn viewers(&self) -> Viewers<'_> {
        let who = |right| {
            let mut claims: Vec<&str> = self.who(right).map(|claim| claim.as_str()).collect();
            claims.sort_unstable();
            claims.dedup();
            claims
        };
        let data = who(Right::ViewData);
        let mut meta = who(Right::ViewMeta);
        meta.retain(|claim| data.binary_search(claim).is_err());
        Viewers { data, meta }
    }
}

/// Who sees what an ACL protects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewers<'a> {
    /// At least its data.
    pub data: Vec<&'a str>,
    /// Only the common attributes.
    pub meta: Vec<&'a str>,
}

/// What stands in an ACL: owners, or who has a right.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Entry {
    Owners,
    ViewMeta,
    ViewData,
    ViewAcl,
    EditMeta,
    EditData,
    EditAcl,
    Manage,
    Delete,
}

impl Entry {
    const fn right(self) -> Option<Right> {
        Some(match self {
            Self::Owners => return None,
            Self::ViewMeta => Right::ViewMeta,
            Self::ViewData => Right::ViewData,
            Self::ViewAcl => Right::ViewAcl,
            Self::EditMeta => Right::EditMeta,
            Self::EditData => Right::EditData,
            Self::EditAcl => Right::EditAcl,
            Self::Manage => Right::Manage,
            Self::Delete => Right::Delete,
        })
    }
}

/// By hand: `flatten` reads everything into a tree first, and every event that is indexed has an ACL.
impl<'de> Deserialize<'de> for Acl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Acl;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an ACL")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Acl, A::Error> {
                let mut owners = None;
                let mut rights = BTreeMap::new();
                while let Some(entry) = entries.next_key::<Entry>()? {
                    match entry.right() {
                        None => owners = Some(entries.next_value()?),
                        Some(right) => drop(rights.insert(right, entries.next_value()?)),
                    }
                }
                Ok(Acl { owners: owners.ok_or_else(|| A::Error::missing_field("owners"))?, rights })
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

impl fmt::Display for Acl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("owners")?;
        self.owners.iter().try_for_each(|owner| write!(f, " {owner}"))
    }
}

/// What looking a resource up for its ACL found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The resource exists, with this ACL.
    Found(Acl),
    /// There is no such resource.
    Missing,
    /// The look-up failed, panicked or took too long: the safe default is taken and flagged.
    Failed,
}

/// The ACL of an event: somebody else's, or just an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EventAcl<'a> {
    Of(&'a Acl),
    OwnedBy(&'a Claim),
    Admin,
}

impl EventAcl<'_> {
    /// Appends it as JSON.
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Of(acl) => acl.write(out),
            Self::OwnedBy(owner) => write_owner(out, owner.as_str()),
            Self::Admin => write_owner(out, ADMIN),
        }
    }
}

fn write_owner(out: &mut Vec<u8>, owner: &str) {
    out.extend_from_slice(b"{\"owners\":[");
    json::string(out, owner);
    out.extend_from_slice(b"]}");
}

impl From<EventAcl<'_>> for Acl {
    fn from(acl: EventAcl<'_>) -> Self {
        match acl {
            EventAcl::Of(acl) => acl.clone(),
            EventAcl::OwnedBy(owner) => Self::owned_by(owner.clone()),
            EventAcl::Admin => Self::admin(),
        }
    }
}

/// The ACL of an event, worked out once (REQUIREMENTS B6).
pub(crate) fn of_event<'a>(lookup: &'a Lookup, caller: &'a Caller, allow_anon: bool) -> EventAcl<'a> {
    let acting = || caller.active_claim.as_ref().map_or(EventAcl::Admin, EventAcl::OwnedBy);
    match lookup {
        Lookup::Found(acl) if acl.shows_data_to(caller) => EventAcl::Of(acl),
        Lookup::Found(_) if allow_anon => acting(),
        Lookup::Found(_) | Lookup::Failed => EventAcl::Admin,
        Lookup::Missing => acting(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(text: &str) -> Claim {
        text.parse().unwrap()
    }

    #[test]
    fn rights_imply_what_the_table_says() {
        use Right::*;
        let all = [ViewMeta, ViewData, ViewAcl, EditMeta, EditData, EditAcl, Manage, Delete];
        let implied = |right: Right| all.into_iter().filter(|other| right.implies(*other)).collect::<Vec<_>>();
        assert_eq!(implied(EditAcl), all);
        assert_eq!(implied(EditData), [ViewMeta, ViewData, EditMeta, EditData]);
        assert_eq!(implied(EditMeta), [ViewMeta, EditMeta]);
        assert_eq!(implied(Delete), [ViewMeta, Delete]);
        assert_eq!(implied(ViewAcl), [ViewMeta, ViewData, ViewAcl]);
        assert_eq!(implied(ViewData), [ViewMeta, ViewData]);
        assert_eq!(implied(Manage), [Manage]);
    }

    #[test]
    fn an_acl_is_written_flat() {
        use Right::*;
        let rights = [ViewMeta, ViewData, ViewAcl, EditMeta, EditData, EditAcl, Manage, Delete];
        let acl = Acl::owned_by(claim("user/jane")).granting(Right::ViewData, claim("group/fleet"));
        let text = r#"{"owners":["user/jane"],"view-data":["group/fleet"]}"#;
        assert_eq!(serde_json::to_string(&acl).unwrap(), text);
        assert_eq!(serde_json::from_str::<Acl>(text).unwrap(), acl);
        let mut written = Vec::new();
        acl.write(&mut written);
        assert_eq!(written, text.as_bytes());
        let all = rights.into_iter().fold(acl, |acl, right| acl.granting(right, claim("group/\"other\"")));
        written.clear();
        all.write(&mut written);
        assert_eq!(String::from_utf8(written).unwrap(), serde_json::to_string(&all).unwrap());
    }
}
