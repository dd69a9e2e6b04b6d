//! Sessions: who is logged in, and as whom.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use argon2::password_hash::try_generate_salt;
use axum::{
    Json,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue,
        header::{COOKIE, HOST, ORIGIN},
        uri::Authority,
    },
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use blake2::{Blake2b256, Digest as _};
use events::{Acl, Caller, Claim, Href, Operation, Right, Timestamp, action, resource};
use events_http::caller_from_header;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    App,
    answer::Answer,
    credential::Password,
    database::Transaction,
    document::{Attributes, Document, now},
    error::{ApiError, optional},
    extract::{Body, Path, caller},
    group::Group,
    reading::collection,
    user::User,
};

/// The name under which existing clients keep it.
const SESSION_COOKIE: &str = "com.com.sixsq.nuvla.cookie";

/// How long a session lasts.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// A user who is logged in.
#[resource(events("switch-group"))]
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Session {
    user: Href<User>,
    active_claim: Claim,
    /// From then on it is nobody's: its user logs in again.
    pub(crate) expiry: Timestamp,
    /// What the cookie holds, hashed: who reads this cannot forge one.
    secret_hash: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Login {
    template: Template,
}

#[derive(Debug, Deserialize)]
struct Template {
    href: String,
    username: String,
    password: Password,
}

/// Whoever logs in is nobody before, and the user after. What was typed as the user's name is not recorded: it may be a
/// password.
#[action(event = "session.add", category = "user", details(template: String = login.template.href))]
pub(crate) async fn add(State(app): State<App>, Body(login): Body<Login>) -> Result<Answer, ApiError> {
    let Template { href, username, password } = login.template;
    if href != "session-template/password" {
        return Err(ApiError::BadRequest(format!(
            "unknown session template `{href}`: use `session-template/password`"
        )));
    }
    let Ok(id) = username.parse::<Href<User>>() else { return Err(ApiError::LoginFailed { username }) };
    let (user, credential) = match app.database.get(id, Right::ViewData, Caller::internal()).await {
        Ok(user) => (user.id, user.own.credential),
        Err(ApiError::NotFound(_)) => {
            // As long as for a user who is there: how long it takes does not tell who is.
            app.hashing.hash(password).await?;
            return Err(ApiError::LoginFailed { username });
        }
        Err(error) => return Err(error),
    };
    let operation = Operation::current();
    operation.link(&user);
    operation.link(&credential);
    // The target of a failed login learns of it.
    operation.visible_to(user.as_str().parse()?);
    let credential = app.database.get(credential, Right::ViewData, Caller::internal()).await?;
    if !app.hashing.is(credential.own, password).await? {
        return Err(ApiError::LoginFailed { username });
    }

    let secret = hex(&try_generate_salt().map_err(ApiError::internal)?);
    let active_claim: Claim = user.as_str().parse()?;
    let expiry = now().plus(LIFETIME);
    let own = Session { user, active_claim: active_claim.clone(), expiry, secret_hash: hash(&secret) };
    let acl = Some(Acl::owned_by(active_claim));
    let make = move |id| Document::new(id, Attributes::default(), acl, &Caller::internal(), own);
    let add = |transaction: &Transaction<'_>| {
        transaction.remove_expired::<Session>()?;
        transaction.add(None, make)
    };
    let id = app.database.transact(add).await?;
    let session = app.database.get(id, Right::ViewData, Caller::internal()).await?;
    operation.identified(session.caller()?);
    // Not `Secure`: the proxy in front speaks TLS, this server does not.
    let cookie = format!(
        "{SESSION_COOKIE}={}.{secret}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict",
        session.id.id(),
        LIFETIME.as_secs()
    );
    Ok(Answer::added(&session.id).with_cookie(cookie))
}

#[action(event = "session.delete", category = "user")]
pub(crate) async fn delete(State(app): State<App>, Path(id): Path<Href<Session>>) -> Result<Answer, ApiError> {
    let user = app.get(&id, Right::Delete).await?.own.user;
    Operation::current().link(&user);
    Operation::current().visible_to(user.as_str().parse()?);
    app.delete::<Session>(&id, |_, _| Ok(())).await?;
    Ok(Answer::done(&id, "deleted"))
}

/// As whom a user acts from now on: a group that the user belongs to, or the user.
#[derive(Debug, Deserialize)]
pub(crate) struct Switch {
    claim: Claim,
}

#[action(event = "session.switch-group", category = "user", details(claim: Claim = switch.claim))]
pub(crate) async fn switch_group(
    State(app): State<App>,
    Path(id): Path<Href<Session>>,
    Body(switch): Body<Switch>,
) -> Result<Answer, ApiError> {
    let act = {
        let (id, claim, caller) = (id.clone(), switch.claim.clone(), caller());
        move |transaction: &Transaction<'_>| {
            transaction.change(&id, Right::Manage, &caller, |session: &mut Document<Session>| {
                if !session.own.may_act_as(&claim, transaction)? {
                    return Err(ApiError::Forbidden(claim.to_string()));
                }
                session.own.active_claim = claim.clone();
                Ok(session.own.user.clone())
            })
        }
    };
    let user = app.database.transact(act).await?;
    let operation = Operation::current();
    operation.link(switch.claim.as_str());
    operation.visible_to(user.as_str().parse()?);
    operation.visible_to(switch.claim.clone());
    Ok(Answer::done(&id, &format!("acts as {}", switch.claim)))
}

impl Session {
    /// Whether its user may act as this claim: it is the user's own, or that of a group that the user belongs to by now.
    fn may_act_as(&self, claim: &Claim, transaction: &Transaction<'_>) -> Result<bool, ApiError> {
        if claim.as_str() == self.user.as_str() {
            return Ok(true);
        }
        // An href may leave its type out, a claim may not.
        let group = claim.as_str().parse::<Href<Group>>().ok().filter(|group| group.as_str() == claim.as_str());
        let Some(group) = group else { return Ok(false) };
        let group = optional(transaction.get(&group, Right::ViewData, &Caller::internal()))?;
        Ok(group.is_some_and(|group| group.own.users.contains(&self.user)))
    }
}

/// The caller's own session. Everybody may ask, so that clients find out whether they are logged in.
pub(crate) async fn search(State(app): State<App>) -> Result<Json<Value>, ApiError> {
    let caller = caller();
    let id = caller.session_id.as_ref().and_then(|session| session.as_str().parse().ok());
    let found = match id {
        Some(id) => optional(app.database.get::<Session>(id, Right::ViewData, caller.clone()).await)?,
        None => None,
    };
    collection(u64::from(found.is_some()), found.as_slice(), &caller)
}

/// Who says who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// A session, by its cookie.
    Session,
    /// The identity header of a program that calls this machine by its very name; of pages in a browser, and without it, a
    /// session.
    Machine,
    /// The identity header, which a proxy at the edge sets and nobody else can; without it a session.
    Proxy,
}

impl Identity {
    /// Who says it to a server that listens there, and was told whether a proxy stands before it.
    pub(crate) fn at(address: SocketAddr, behind_proxy: bool) -> Self {
        match (behind_proxy, address.ip().is_loopback()) {
            (true, _) => Self::Proxy,
            (false, true) => Self::Machine,
            (false, false) => Self::Session,
        }
    }

    /// Whether the identity header of a request with these is believed.
    fn believes(self, headers: &HeaderMap) -> bool {
        match self {
            Self::Session => false,
            // A page of anybody may have a name that leads to this machine, and can set the header then: but a browser says
            // which name that is, and for most requests that a page makes them.
            Self::Machine => !headers.contains_key(ORIGIN) && headers.get(HOST).is_none_or(names_this_machine),
            Self::Proxy => true,
        }
    }
}

/// Whether a host, with or without a port, is this machine by its very name.
fn names_this_machine(host: &HeaderValue) -> bool {
    let Some(host) = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok()) else { return false };
    let address = host.host().trim_matches(['[', ']']);
    address.eq_ignore_ascii_case("localhost") || address.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

/// Says in the identity header who the session of a cookie belongs to. One that a client sent itself counts only where
/// [`Identity`] says so.
pub(crate) async fn recognise(State((app, who)): State<(App, Identity)>, mut request: Request, next: Next) -> Response {
    if !who.believes(request.headers()) {
        request.headers_mut().remove(events_http::HEADER);
    }
    if !request.headers().contains_key(events_http::HEADER)
        && let Some((id, secret)) = session_of(request.headers())
    {
        match app.database.transact(move |transaction| identity(transaction, &id, &secret)).await {
            Ok(None) => {}
            Ok(Some(identity)) => drop(request.headers_mut().insert(events_http::HEADER, identity)),
            Err(error) => return error.into_response(),
        }
    }
    next.run(request).await
}

/// What the cookie says: a session, and the hash of its secret.
fn session_of(headers: &HeaderMap) -> Option<(Href<Session>, String)> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, cookie) = pairs.find(|(name, _)| *name == SESSION_COOKIE)?;
    let (id, secret) = cookie.split_once('.')?;
    Some((id.parse().ok()?, hash(secret)))
}

/// The identity header of a session that is there and has not ended.
fn identity(
    transaction: &Transaction<'_>,
    id: &Href<Session>,
    secret_hash: &str,
) -> Result<Option<HeaderValue>, ApiError> {
    let found = optional(transaction.get(id, Right::ViewData, &Caller::internal()))?;
    // Both are hashes: how long this takes tells nothing of the secret.
    let valid = |session: &Document<Session>| session.own.secret_hash == secret_hash && session.own.expiry > now();
    let Some(mut session) = found.filter(valid) else { return Ok(None) };
    if !session.own.may_act_as(&session.own.active_claim, transaction)? {
        // The user has left that group, and acts as the user for as long as that is so.
        session.own.active_claim = session.own.user.as_str().parse()?;
    }
    session.header().parse().map(Some).map_err(ApiError::internal)
}

impl Document<Session> {
    /// As the identity header says it.
    fn header(&self) -> String {
        let Session { user, active_claim, .. } = &self.own;
        format!("{user} {active_claim} {active_claim} group/nuvla-user {}", self.id)
    }

    fn caller(&self) -> Result<Caller, ApiError> {
        caller_from_header(&self.header()).map_err(ApiError::internal)
    }
}

fn hash(secret: &str) -> String {
    hex(&Blake2b256::digest(secret))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
