//! Sessions: who is logged in, and as whom.

use std::time::Duration;

use argon2::password_hash::try_generate_salt;
use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, header::COOKIE},
    middleware::Next,
    response::Response,
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
    document::{Attributes, Document, now},
    error::ApiError,
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
    let id = app.database.add(None, make).await?;
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
    let user = app.get(&id, Right::Manage).await?.own.user;
    let Switch { claim } = switch;
    if !may_act_as(&app, &user, &claim).await? {
        return Err(ApiError::Forbidden(claim.to_string()));
    }
    let operation = Operation::current();
    operation.link(claim.as_str());
    operation.visible_to(user.as_str().parse()?);
    operation.visible_to(claim.clone());
    let done = format!("acts as {claim}");
    let act = move |document: &mut Document<Session>| {
        document.own.active_claim = claim;
        Ok(())
    };
    app.database.change(id.clone(), Right::Manage, caller(), act).await?;
    Ok(Answer::done(&id, &done))
}

/// Whether a user may act as this claim: it is the user's own, or that of a group that the user belongs to by now.
async fn may_act_as(app: &App, user: &Href<User>, claim: &Claim) -> Result<bool, ApiError> {
    if claim.as_str() == user.as_str() {
        return Ok(true);
    }
    let Ok(group) = claim.as_str().parse::<Href<Group>>() else { return Ok(false) };
    match app.database.get(group, Right::ViewData, Caller::internal()).await {
        Ok(group) => Ok(group.own.users.contains(user)),
        Err(ApiError::NotFound(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The caller's own session. Everybody may ask, so that clients find out whether they are logged in.
pub(crate) async fn search(State(app): State<App>) -> Result<Json<Value>, ApiError> {
    let caller = caller();
    let id = caller.session_id.as_ref().and_then(|session| session.as_str().parse().ok());
    let found = match id {
        Some(id) => app.database.get::<Session>(id, Right::ViewData, caller.clone()).await.ok(),
        None => None,
    };
    collection(u64::from(found.is_some()), found.as_slice(), &caller)
}

/// Who says who calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// A session, by its cookie.
    OfSession,
    /// The identity header, which a proxy at the edge sets and nobody else can; without it a session.
    OfProxy,
}

/// Says in the identity header who the session of a cookie belongs to. One that a client sent itself counts only behind a proxy.
pub(crate) async fn recognise(State((app, who)): State<(App, Identity)>, mut request: Request, next: Next) -> Response {
    if who == Identity::OfSession {
        request.headers_mut().remove(events_http::HEADER);
    }
    let headers = request.headers();
    if !headers.contains_key(events_http::HEADER)
        && let Some(identity) = identity(&app, headers).await
    {
        request.headers_mut().insert(events_http::HEADER, identity);
    }
    next.run(request).await
}

async fn identity(app: &App, headers: &HeaderMap) -> Option<HeaderValue> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, cookie) = pairs.find(|(name, _)| *name == SESSION_COOKIE)?;
    let (id, secret) = cookie.split_once('.')?;
    let id = id.parse::<Href<Session>>().ok()?;
    let session = app.database.get(id, Right::ViewData, Caller::internal()).await.ok()?;
    let Session { user, active_claim, expiry, secret_hash } = &session.own;
    // Both are hashes: how long this takes tells nothing of the secret.
    if *secret_hash != hash(secret) || *expiry <= now() {
        return None;
    }
    if may_act_as(app, user, active_claim).await.ok()? {
        return session.header().parse().ok();
    }
    // The user has left that group: from now on the session acts as the user, until it switches again.
    let act_as_user = |session: &mut Document<Session>| {
        session.own.active_claim = session.own.user.as_str().parse()?;
        Ok(session.header())
    };
    let header = app.database.change(session.id, Right::Manage, Caller::internal(), act_as_user).await.ok()?;
    header.parse().ok()
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
