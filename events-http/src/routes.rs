//! The router of the event resource, and what can be set.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    handler::Handler,
    routing::{MethodRouter, any, delete, get, post, put},
};
use events_core::{Claim, EventManager};

use crate::{
    add,
    api::{Api, Settings},
    close, elsewhere, follow, one, openapi, search, unchangeable,
};

/// The event resource below `/api`, with what is usual. See [`EventRoutes`] for what can be set.
///
/// Who calls is what [`EventsLayer`](crate::EventsLayer) found out: put it around these routes, too.
///
/// ```
/// use axum::Router;
/// use events_core::EventManager;
/// use events_http::EventsLayer;
///
/// # fn routes(manager: EventManager) -> Router {
/// Router::new().merge(events_http::router(&manager)).layer(EventsLayer::new(manager).header(events_http::HEADER))
/// # }
/// ```
pub fn router<S: Clone + Send + Sync + 'static>(manager: &EventManager) -> Router<S> {
    EventRoutes::new(manager).into_router()
}

/// The event resource as routes: searching, following, posting, closing.
///
/// | request | answer |
/// |---|---|
/// | `GET` or `PUT event` | a search: `filter`, `first`, `last`, `orderby`, `select`, `aggregation`, in the query string or a form |
/// | `POST event` | records a direct event; see [`Posted`](events_core::Posted) |
/// | `GET event/<uuid>` | one event |
/// | `GET event/<uuid>/tree`, `…/children` | what followed from the same root; what stands directly under it |
/// | `POST event/<uuid>/complete`, `…/fail` | an administrator closes an operation that waits for its job |
/// | `GET event/tail` | Server-Sent Events, from `Last-Event-ID` on; `filter`, `select` |
/// | `GET event/openapi.json` | all of this, as OpenAPI 3.1 |
///
/// Events do not change: `PUT` and `DELETE` are refused. Every answer but a 204 is JSON, or a stream of events.
///
/// ```
/// use std::time::Duration;
/// # use axum::Router;
/// # use events_core::EventManager;
/// use events_http::EventRoutes;
///
/// # fn routes(manager: &EventManager) -> Result<Router, events_core::InvalidClaim> {
/// let routes = EventRoutes::new(manager)
///     .added_by(["group/operators".parse()?])
///     .heartbeat(Duration::from_secs(30))
///     .whole(["event"]) // also the cloud entry point, and an answer to every other path
///     .into_router();
/// # Ok(routes)
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "make routes of it with `into_router`"]
pub struct EventRoutes {
    settings: Settings,
    is_whole: bool,
    #[cfg(feature = "page")]
    page: Option<String>,
    #[cfg(feature = "page")]
    sign_in: String,
}

impl EventRoutes {
    /// Below `/api`; members of `group/nuvla-user` search and post; bodies of 2 MiB; a heartbeat every 15 s; tails of
    /// 15 minutes.
    pub fn new(manager: &EventManager) -> Self {
        // It is a claim.
        let users: Vec<Claim> = "group/nuvla-user".parse().into_iter().collect();
        let settings = Settings {
            manager: manager.clone(),
            base: "/api".to_owned(),
            searched_by: users.clone(),
            added_by: users,
            body_limit: 2 << 20,
            heartbeat: Duration::from_secs(15),
            longest_tail: Duration::from_secs(15 * 60),
            collections: Vec::new(),
        };
        Self {
            settings,
            is_whole: false,
            #[cfg(feature = "page")]
            page: None,
            #[cfg(feature = "page")]
            sign_in: String::new(),
        }
    }

    /// Below another path, such as `/audit/api`.
    pub fn at(mut self, base: &str) -> Self {
        let base = base.trim_matches('/');
        self.settings.base = if base.is_empty() { String::new() } else { format!("/{base}") };
        self
    }

    /// Who may search and follow, beside administrators: whoever has one of these claims. What is found is another
    /// question, which the ACL of each event answers.
    pub fn searched_by(mut self, claims: impl IntoIterator<Item = Claim>) -> Self {
        self.settings.searched_by = claims.into_iter().collect();
        self
    }

    /// Who may post events, beside administrators: whoever has one of these claims.
    pub fn added_by(mut self, claims: impl IntoIterator<Item = Claim>) -> Self {
        self.settings.added_by = claims.into_iter().collect();
        self
    }

    /// Longest body that is read, in bytes, unpacked.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.settings.body_limit = bytes;
        self
    }

    /// How often a tail that has nothing to say shows that it lives. Clients that are gone are noticed by it.
    pub fn heartbeat(mut self, every: Duration) -> Self {
        self.settings.heartbeat = every.max(Duration::from_millis(1));
        self
    }

    /// How long a tail lasts at most. Then it ends, and its client connects again with the place where it was: nothing is
    /// missed, and who calls is found out again. So it is also how long somebody goes on seeing what nobody may see any more
    /// who has lost a claim, or whose session has ended. At least a second; each tail ends up to an eighth of it earlier, so that
    /// those that began together do not come back together.
    pub fn longest_tail(mut self, longest: Duration) -> Self {
        self.settings.longest_tail = longest.max(Duration::from_secs(1));
        self
    }

    /// Serves everything that clients expect beside the resources, too: the cloud entry point with these collections,
    /// and an answer to every other path. For a program that has neither.
    pub fn whole(mut self, collections: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.settings.collections = collections.into_iter().map(Into::into).collect();
        self.is_whole = true;
        self
    }

    /// Serves a page at this path, where people read the trail in a browser: the newest events, a filter, the history of
    /// a resource, an operation with all that followed from it, and what arrives.
    ///
    /// It asks these routes, as whoever the browser says is asking: a cookie that a layer reads, or what the proxy at
    /// the edge adds. The page itself is public, and shows nothing to who may not search.
    ///
    /// ```
    /// # use axum::Router;
    /// # use events_core::EventManager;
    /// # use events_http::EventRoutes;
    /// # fn routes(manager: &EventManager) -> Router {
    /// EventRoutes::new(manager).at("/audit/api").page("/audit/ui").into_router()
    /// # }
    /// ```
    #[cfg(feature = "page")]
    pub fn page(mut self, path: &str) -> Self {
        let path = path.trim_matches('/');
        self.page = Some(if path.is_empty() { String::new() } else { format!("/{path}") });
        self
    }

    /// Where people sign in, such as `/login`: the page leads there who may not read, with the address to come back to in
    /// the parameter `from`. Without it the page only says that they may not.
    #[cfg(feature = "page")]
    pub fn sign_in(mut self, path: &str) -> Self {
        path.clone_into(&mut self.sign_in);
        self
    }

    /// The routes.
    pub fn into_router<S: Clone + Send + Sync + 'static>(self) -> Router<S> {
        let Self { settings, is_whole, .. } = self;
        let base = settings.base.clone();
        #[cfg(feature = "page")]
        let mut router = self.page.map_or_else(Router::new, |path| crate::page::routes(&path, &base, &self.sign_in));
        #[cfg(not(feature = "page"))]
        let mut router = Router::new();
        for Route { path, answer, .. } in table() {
            router = router.route(&format!("{base}{path}"), answer);
        }
        router = router.route(&format!("{base}/event/{{id}}/{{action}}"), any(unchangeable::other_action));
        if is_whole {
            router = router.route(&format!("{base}/cloud-entry-point"), get(elsewhere::entry_point));
        }
        let mut router = router.method_not_allowed_fallback(unchangeable::other_method);
        if is_whole {
            router = router.fallback(elsewhere::elsewhere);
        }
        router.with_state(Api(Arc::new(settings)))
    }
}

/// One method of one path.
pub(crate) struct Route {
    #[cfg_attr(not(test), expect(dead_code, reason = "the OpenAPI document is compared with it"))]
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    answer: MethodRouter<Api>,
}

impl Route {
    fn get<T: 'static, H: Handler<T, Api>>(path: &'static str, handler: H) -> Self {
        Self { method: "get", path, answer: get(handler) }
    }

    fn put<T: 'static, H: Handler<T, Api>>(path: &'static str, handler: H) -> Self {
        Self { method: "put", path, answer: put(handler) }
    }

    fn post<T: 'static, H: Handler<T, Api>>(path: &'static str, handler: H) -> Self {
        Self { method: "post", path, answer: post(handler) }
    }

    fn delete<T: 'static, H: Handler<T, Api>>(path: &'static str, handler: H) -> Self {
        Self { method: "delete", path, answer: delete(handler) }
    }
}

/// Everything that is served. There is no other list: the OpenAPI document is compared with it.
pub(crate) fn table() -> Vec<Route> {
    vec![
        Route::get("/event", search::search),
        Route::put("/event", search::search),
        Route::post("/event", add::add),
        Route::delete("/event", unchangeable::delete_bulk),
        Route::get("/event/tail", follow::follow),
        Route::get("/event/openapi.json", openapi::document),
        Route::get("/event/{id}", one::get),
        Route::put("/event/{id}", unchangeable::change),
        Route::delete("/event/{id}", unchangeable::change),
        Route::get("/event/{id}/tree", one::tree),
        Route::get("/event/{id}/children", one::children),
        Route::post("/event/{id}/complete", close::complete),
        Route::post("/event/{id}/fail", close::fail),
    ]
}
