//! The caller, as the identity header says it.

use events_core::{Caller, Claim, InvalidClaim};

/// Longest header that is read, in bytes: room for several hundred groups.
const MAX_HEADER: usize = 16 << 10;

/// Why a header names no caller.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InvalidCaller {
    /// It is longer than 16 KiB.
    TooLong,
    /// It stands more than once: which one counts would be a guess.
    Repeated,
    /// It is not UTF-8.
    NotText,
    /// One of its terms is not a claim.
    Claim(InvalidClaim),
}

impl std::fmt::Display for InvalidCaller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooLong => write!(f, "it is longer than {MAX_HEADER} bytes: name fewer claims"),
            Self::Repeated => f.write_str("it stands more than once: send it once"),
            Self::NotText => f.write_str("it is not UTF-8: send `<user> <active-claim> <claims…>`"),
            Self::Claim(invalid) => invalid.fmt(f),
        }
    }
}

impl std::error::Error for InvalidCaller {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Claim(invalid) => Some(invalid),
            Self::TooLong | Self::Repeated | Self::NotText => None,
        }
    }
}

/// Reads `<user> <active-claim> <claims…>`, separated by blanks.
///
/// The active claim defaults to the user, and gives no rights unless it is among the claims. The claims
/// always include the user and `group/nuvla-anon`. The first `session/…` behind the user is the session.
/// A header without a term is an anonymous caller: that is what an edge proxy makes of a forged one.
///
/// # Errors
/// [`InvalidCaller`]: too long, or a term that is not a claim.
///
/// ```
/// use events_http::caller_from_header;
///
/// let jane = caller_from_header("user/jane group/fleet group/nuvla-user session/42")?;
/// assert_eq!(jane.active_claim.as_ref().map(|claim| claim.as_str()), Some("group/fleet"));
/// assert_eq!(jane.session_id.as_ref().map(|claim| claim.as_str()), Some("session/42"));
/// assert_eq!(jane.claims.len(), 4);
/// # Ok::<(), events_http::InvalidCaller>(())
/// ```
pub fn caller_from_header(header: &str) -> Result<Caller, InvalidCaller> {
    if header.len() > MAX_HEADER {
        return Err(InvalidCaller::TooLong);
    }
    let mut terms = header.split_whitespace();
    let Some(user) = terms.next() else { return Ok(Caller::anonymous()) };
    let mut caller = Caller::user(user)?;
    if let Some(active_claim) = terms.next() {
        caller = caller.acting_as(active_claim)?;
        caller.session_id = caller.active_claim.clone().filter(is_session);
    }
    for term in terms {
        caller = caller.with_claim(term)?;
        if caller.session_id.is_none() && term.starts_with(SESSION) {
            caller = caller.in_session(term)?;
        }
    }
    Ok(caller)
}

const SESSION: &str = "session/";

fn is_session(claim: &Claim) -> bool {
    claim.as_str().starts_with(SESSION)
}

impl From<InvalidClaim> for InvalidCaller {
    fn from(invalid: InvalidClaim) -> Self {
        Self::Claim(invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read = (Option<String>, Option<String>, Option<String>, Vec<String>);

    fn read(header: &str) -> Read {
        let caller = caller_from_header(header).unwrap();
        let text = |claim: &Option<Claim>| claim.as_ref().map(ToString::to_string);
        let claims = caller.claims.iter().map(ToString::to_string).collect();
        (text(&caller.user_id), text(&caller.active_claim), text(&caller.session_id), claims)
    }

    fn expected(user: &str, active: &str, session: &str, claims: &[&str]) -> Read {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        (some(user), some(active), some(session), claims.iter().map(|claim| (*claim).to_owned()).collect())
    }

    #[test]
    fn terms_are_user_active_claim_and_claims() {
        let cases = [
            ("", expected("", "", "", &[])),
            (" \t ", expected("", "", "", &[])),
            ("user/jane", expected("user/jane", "user/jane", "", &["user/jane", "group/nuvla-anon"])),
            // The active claim is not by itself a claim.
            ("user/jane group/x", expected("user/jane", "group/x", "", &["user/jane", "group/nuvla-anon"])),
            (
                "  user/jane\tuser/jane  group/nuvla-user group/nuvla-anon ",
                expected("user/jane", "user/jane", "", &["user/jane", "group/nuvla-anon", "group/nuvla-user"]),
            ),
            (
                "user/jane group/x session/1 session/2",
                expected(
                    "user/jane",
                    "group/x",
                    "session/1",
                    &["user/jane", "group/nuvla-anon", "session/1", "session/2"],
                ),
            ),
            (
                "user/jane session/1",
                expected("user/jane", "session/1", "session/1", &["user/jane", "group/nuvla-anon"]),
            ),
        ];
        for (header, expected) in cases {
            assert_eq!(read(header), expected, "{header:?}");
        }
    }

    #[test]
    fn hostile_headers_are_refused() {
        let long = format!("user/{}", "x".repeat(600));
        let many = "group/g ".repeat(4_000);
        for header in [long.as_str(), many.as_str(), "user/\u{1b}[31m", "user/jane user/jane group/\u{0}"] {
            assert!(caller_from_header(header).is_err(), "{:?}", &header[..20.min(header.len())]);
        }
    }
}
