//! Which handler answers what.

use std::{any::type_name, panic::resume_unwind};

use axum::{
    Router,
    extract::Request,
    handler::Handler,
    http::{Method, StatusCode, Uri},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{Html, IntoResponse, Response},
    routing::{self, MethodRouter},
};
use events::EventManager;
use events_http::{EventRoutes, EventsLayer};

use super::{
    App,
    deployment::{self, Deployment},
    deployment_parameter::{self, DeploymentParameter},
    deployment_set::{self, DeploymentSet},
    document::{Kept, type_of},
    error::ApiError,
    group::{self, Group},
    infrastructure_service::{self, InfrastructureService},
    job::{self, Job},
    module::{self, Module},
    nuvlabox::{self, Nuvlabox},
    reading,
    session::{self, Identity, Session},
    user::{self, User},
};

const COLLECTIONS: [&str; 11] = [
    "deployment",
    "deployment-parameter",
    "deployment-set",
    "event",
    "group",
    "infrastructure-service",
    "job",
    "module",
    "nuvlabox",
    "session",
    "user",
];

/// One line of the table: what is served, and what a test can say about it.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: String,
    /// The whole name of the function that answers.
    pub(crate) handler: &'static str,
    answer: MethodRouter<App>,
}

macro_rules! route_by {
    ($($function:ident $method:ident;)*) => { $(
        fn $function<T: 'static, H: Handler<T, App>>(path: &str, handler: H) -> Self {
            let answer = routing::$function(handler);
            Self { method: Method::$method, path: path.to_owned(), handler: type_name::<H>(), answer }
        }
    )* };
}

impl Route {
    route_by! {
        get GET;
        post POST;
        put PUT;
        patch PATCH;
        delete DELETE;
    }

    /// Searching a collection, also by PUT, and reading one resource.
    fn reading<K: Kept>() -> [Self; 3] {
        let path = format!("/api/{}", type_of::<K>());
        [
            Self::get(&path, reading::search::<K>),
            Self::put(&path, reading::search::<K>),
            Self::get(&format!("{path}/{{id}}"), reading::get::<K>),
        ]
    }
}

/// Everything that is served beside the events. There is no other list, so no route can be left out of the test that walks it.
pub(crate) fn table() -> Vec<Route> {
    let mut table = vec![
        Route::get("/api/session", session::search),
        Route::put("/api/session", session::search),
        Route::get("/api/session/{id}", reading::get::<Session>),
        Route::post("/api/session", session::add),
        Route::delete("/api/session/{id}", session::delete),
        Route::post("/api/session/{id}/switch-group", session::switch_group),
        Route::post("/api/user", user::add),
        Route::post("/api/group", group::add),
        Route::put("/api/group/{id}", group::edit),
        Route::post("/api/module", module::add),
        Route::put("/api/module/{id}", module::edit),
        Route::delete("/api/module/{id}", module::delete),
        Route::post("/api/module/{id}/publish", module::publish),
        Route::post("/api/nuvlabox", nuvlabox::add),
        Route::put("/api/nuvlabox/{id}", nuvlabox::edit),
        Route::delete("/api/nuvlabox/{id}", nuvlabox::delete),
        Route::post("/api/nuvlabox/{id}/activate", nuvlabox::activate),
        Route::post("/api/nuvlabox/{id}/commission", nuvlabox::commission),
        Route::post("/api/nuvlabox/{id}/decommission", nuvlabox::decommission),
        Route::post("/api/nuvlabox/{id}/add-ssh-key", nuvlabox::add_ssh_key),
        Route::post("/api/nuvlabox/{id}/revoke-ssh-key", nuvlabox::revoke_ssh_key),
        Route::post("/api/nuvlabox/{id}/update-nuvlabox", nuvlabox::update_nuvlabox),
        Route::post("/api/nuvlabox/{id}/reboot", nuvlabox::reboot),
        Route::post("/api/nuvlabox/{id}/check-api", nuvlabox::check_api),
        Route::post("/api/nuvlabox/{id}/cluster-nuvlabox", nuvlabox::cluster_nuvlabox),
        Route::post("/api/infrastructure-service", infrastructure_service::add),
        Route::put("/api/infrastructure-service/{id}", infrastructure_service::edit),
        Route::delete("/api/infrastructure-service/{id}", infrastructure_service::delete),
        Route::post("/api/deployment", deployment::add),
        Route::put("/api/deployment/{id}", deployment::edit),
        Route::delete("/api/deployment/{id}", deployment::delete),
        Route::post("/api/deployment/{id}/start", deployment::start),
        Route::post("/api/deployment/{id}/stop", deployment::stop),
        Route::post("/api/deployment/{id}/update", deployment::update),
        Route::post("/api/deployment/{id}/clone", deployment::clone),
        Route::put("/api/deployment-parameter/{id}", deployment_parameter::edit),
        Route::post("/api/deployment-set", deployment_set::add),
        Route::post("/api/deployment-set/{id}/plan", deployment_set::plan),
        Route::post("/api/deployment-set/{id}/start", deployment_set::start),
        Route::post("/api/deployment-set/{id}/stop", deployment_set::stop),
        Route::patch("/api/deployment-set/bulk-start", deployment_set::bulk_start),
        Route::patch("/api/deployment-set/bulk-stop", deployment_set::bulk_stop),
        Route::put("/api/job/{id}", job::edit),
    ];
    table.extend(Route::reading::<User>());
    table.extend(Route::reading::<Group>());
    table.extend(Route::reading::<Module>());
    table.extend(Route::reading::<Nuvlabox>());
    table.extend(Route::reading::<InfrastructureService>());
    table.extend(Route::reading::<Deployment>());
    table.extend(Route::reading::<DeploymentParameter>());
    table.extend(Route::reading::<DeploymentSet>());
    table.extend(Route::reading::<Job>());
    table
}

/// The server: every request runs inside the event manager and the context of its caller.
pub(crate) fn served(app: App, manager: EventManager, identity: Identity) -> Router {
    let resources = table().into_iter().fold(Router::new(), |router, route| router.route(&route.path, route.answer));
    resources
        .route("/login", routing::get(async || Html(include_str!("login.html"))))
        .method_not_allowed_fallback(other_method)
        .merge(EventRoutes::new(&manager).page("/ui").sign_in("/login").whole(COLLECTIONS).into_router())
        .with_state(app.clone())
        .layer(EventsLayer::new(manager).header(events_http::HEADER))
        .layer(from_fn(to_its_end))
        .layer(from_fn_with_state((app, identity), session::recognise))
}

/// Goes on when the client hangs up: a change that is under way is made all the same, and cancelling its handler would have
/// the trail say that it was not. A stop waits for it, as for every operation.
async fn to_its_end(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let answered = tokio::spawn(next.run(request)).await;
    // Nobody aborts it: it answers, or it panics.
    answered.unwrap_or_else(|panicked| resume_unwind(panicked.into_panic()))
}

/// A known path, another method.
async fn other_method(method: Method, uri: Uri) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    match segments(uri.path())[..] {
        // An action is only ever posted.
        [_, _, _] => undefined_action(&method, uri.path()).into_response(),
        _ => method_not_allowed(&method, uri.path()).into_response(),
    }
}

/// What stands behind `/api/`.
fn segments(path: &str) -> Vec<&str> {
    path.strip_prefix("/api/").unwrap_or_default().split('/').filter(|segment| !segment.is_empty()).collect()
}

fn undefined_action(method: &Method, path: &str) -> ApiError {
    let (collection, action) = match segments(path)[..] {
        [collection, _, action] => (collection.to_owned(), action.to_owned()),
        _ => Default::default(),
    };
    ApiError::UndefinedAction { method: method.as_str().to_lowercase(), collection, action, path: path.to_owned() }
}

fn method_not_allowed(method: &Method, path: &str) -> ApiError {
    ApiError::MethodNotAllowed { method: method.as_str().to_lowercase(), path: path.to_owned() }
}
