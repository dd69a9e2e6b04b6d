//! Who did it: claims, callers, and what a caller may see.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest claim that is stored, in bytes.
pub(crate) const MAX_CLAIM: usize = 512;

/// The group of administrators: they see everything.
pub(crate) const ADMIN: &str = "group/nuvla-admin";

/// The group that everybody belongs to, also without credentials.
pub(crate) const ANON: &str = "group/nuvla-anon";

/// A user, group or session id: `user/jane`, `group/nuvla-user`, `session/<uuid>`.
///
/// Not empty, at most 512 bytes, no blanks and no control characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Claim(Arc<str>);

/// Why a string is not a claim.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a claim: write `<kind>/<name>` without blanks, at most 512 bytes")]
pub struct InvalidClaim(String);

impl Claim {
    /// The text of the claim.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn admin() -> Self {
        Self(ADMIN.into())
    }
}

impl std::str::FromStr for Claim {
    type Err = InvalidClaim;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = !text.is_empty() && text.len() <= MAX_CLAIM;
        if fits && !text.chars().any(|character| character.is_whitespace() || character.is_control()) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidClaim(text.chars().take(80).collect()))
        }
    }
}

impl TryFrom<&str> for Claim {
    type Error = InvalidClaim;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Claim {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Claim {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::from_text::deserialize(deserializer)
    }
}

/// Who acts, as it stands in an event's `authn-info`.
///
/// ```
/// use events_core::Caller;
///
/// let jane = Caller::user("user/jane")?.acting_as("group/fleet")?.in_session("session/9")?.with_claim("group/nuvla-user")?;
/// assert_eq!(
///     serde_json::to_string(&jane).unwrap(),
///     r#"{"user-id":"user/jane","active-claim":"group/fleet","session-id":"session/9","claims":["user/jane","group/nuvla-anon","session/9","group/nuvla-user"]}"#,
/// );
/// # Ok::<(), events_core::InvalidClaim>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Caller {
    /// The user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<Claim>,
    /// The identity the user acts as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_claim: Option<Claim>,
    /// The session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<Claim>,
    /// All that the caller is: decides what the caller may see.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Claim>,
}

impl Caller {
    /// Nobody in particular: an empty `authn-info`.
    pub fn anonymous() -> Self {
        Self::default()
    }

    /// A user, acting as itself.
    ///
    /// # Errors
    /// The id is not a claim.
    pub fn user(id: &str) -> Result<Self, InvalidClaim> {
        let id: Claim = id.parse()?;
        let claims = vec![id.clone(), Claim(ANON.into())];
        Ok(Self { user_id: Some(id.clone()), active_claim: Some(id), session_id: None, claims })
    }

    /// The server itself: `internal`, with the rights of an administrator.
    pub fn internal() -> Self {
        Self {
            user_id: Some(Claim("internal".into())),
            active_claim: Some(Claim::admin()),
            session_id: None,
            claims: vec![Claim::admin()],
        }
    }

    /// The same user acting as `claim`. The active claim alone gives no rights: add it as a claim for that.
    ///
    /// # Errors
    /// Not a claim.
    pub fn acting_as(mut self, claim: &str) -> Result<Self, InvalidClaim> {
        self.active_claim = Some(claim.parse()?);
        Ok(self)
    }

    /// The same user in a session, which is also one of the claims.
    ///
    /// # Errors
    /// Not a claim.
    pub fn in_session(mut self, session: &str) -> Result<Self, InvalidClaim> {
        let session: Claim = session.parse()?;
        self.session_id = Some(session.clone());
        self.add(session);
        Ok(self)
    }

    /// The same user with one more claim.
    ///
    /// # Errors
    /// Not a claim.
    pub fn with_claim(mut self, claim: &str) -> Result<Self, InvalidClaim> {
        self.add(claim.parse()?);
        Ok(self)
    }

    fn add(&mut self, claim: Claim) {
        if !self.claims.contains(&claim) {
            self.claims.push(claim);
        }
    }

    /// Whether the caller is an administrator.
    pub fn is_admin(&self) -> bool {
        self.claims.iter().any(|claim| claim.as_str() == ADMIN)
    }
}

/// Through whose eyes a search looks: the claims that decide which events it finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    claims: Vec<Claim>,
    admin: bool,
}

impl Viewer {
    /// Sees everything.
    pub fn admin() -> Self {
        Self { claims: vec![Claim::admin()], admin: true }
    }

    /// Sees what is visible to one of `claims`.
    pub fn with_claims(claims: impl IntoIterator<Item = Claim>) -> Self {
        let mut claims: Vec<Claim> = claims.into_iter().collect();
        claims.sort_unstable();
        claims.dedup();
        let admin = claims.iter().any(|claim| claim.as_str() == ADMIN);
        Self { claims, admin }
    }

    /// The claims.
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// Whether nothing is hidden.
    pub fn is_admin(&self) -> bool {
        self.admin
    }
}

impl From<&Caller> for Viewer {
    fn from(caller: &Caller) -> Self {
        let anon = Claim(ANON.into());
        Self::with_claims(caller.claims.iter().cloned().chain([anon]))
    }
}
