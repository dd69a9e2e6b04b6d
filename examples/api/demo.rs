//! Demonstration data: a fleet, and the history that made it.

use std::error::Error;

use axum::extract::State;
use events::{Caller, CloseError, Context, Ending, EventManager, Failure, Href, Reason, crud, scope};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{
    App,
    database::Wanted,
    deployment::{self, Deployment},
    deployment_parameter,
    document::Document,
    error::ApiError,
    extract::{Body, Path},
    group,
    job::{self, Job},
    module::{self, Module},
    nuvlabox::{self, Nuvlabox},
    user,
};

type Done<T = ()> = Result<T, Box<dyn Error>>;

/// Fills the database, unless something is there already: every handler is called as its route would call it.
pub(crate) async fn fill(app: &App, manager: &EventManager) -> Done {
    let newest = Wanted { limit: 1, ..Wanted::default() };
    let (count, _) = app.database.search::<Nuvlabox>(Caller::internal(), newest).await.map_err(told)?;
    if count > 0 {
        return Ok(());
    }
    scope(Context::internal("demo"), people(app)).await?;
    scope(Context::new(user_named("jane")?), fleet(app)).await?;
    scope(Context::new(user_named("joe")?), strangers(app)).await?;
    scope(Context::internal("job-engine"), jobs(app, manager)).await
}

fn user_named(name: &str) -> Done<Caller> {
    Ok(Caller::user(&format!("user/{name}"))?.with_claim("group/nuvla-user")?)
}

fn told(error: ApiError) -> Box<dyn Error> {
    format!("the demonstration data cannot be added: {error}").into()
}

fn body<T: DeserializeOwned>(json: Value) -> Done<Body<T>> {
    Ok(Body(serde_json::from_value(json)?))
}

/// Set up without events: nobody asked for them over the interface.
async fn people(app: &App) -> Done {
    for name in ["jane", "joe"] {
        let given = body(json!({ "name": name, "password": "demo" }))?;
        crud::add(user::add(State(app.clone()), given)).await.map_err(told)?;
    }
    let given = body(json!({ "name": "fleet", "users": ["user/jane", "user/joe"] }))?;
    crud::add(group::add(State(app.clone()), given)).await.map_err(told)?;
    Ok(())
}

async fn fleet(app: &App) -> Done {
    let state = || State(app.clone());
    let given =
        body(json!({ "name": "sensor gateway", "path": "apps/gateway", "subtype": "application", "content": "v1" }))?;
    let module: Href<Module> = module::add(state(), given).await.and_then(|answer| answer.id()).map_err(told)?;
    module::publish(state(), Path(module.clone())).await.map_err(told)?;
    for (number, place) in ["harbour", "airport", "station", "depot"].into_iter().enumerate() {
        let given = body(json!({ "name": format!("gateway at the {place}"), "tags": [place] }))?;
        let id: Href<Nuvlabox> = nuvlabox::add(state(), given).await.and_then(|answer| answer.id()).map_err(told)?;
        if number == 3 {
            continue;
        }
        nuvlabox::activate(state(), Path(id.clone())).await.map_err(told)?;
        let endpoints = body(json!({ "swarm-endpoint": format!("https://{place}.example:5000") }))?;
        nuvlabox::commission(state(), Path(id.clone()), endpoints).await.map_err(told)?;
        let given = body(json!({ "name": format!("sensors at the {place}"), "module": module, "nuvlabox": id }))?;
        let deployment: Href<Deployment> =
            deployment::add(state(), given).await.and_then(|answer| answer.id()).map_err(told)?;
        deployment::start(state(), Path(deployment)).await.map_err(told)?;
        nuvlabox::reboot(state(), Path(id), body(json!({ "force": number == 1 }))?).await.map_err(told)?;
    }
    Ok(())
}

/// Somebody reboots what belongs to somebody else: it is refused, and recorded.
async fn strangers(app: &App) -> Done {
    let newest = Wanted { limit: 1, ..Wanted::default() };
    let (_, boxes) = app.database.search::<Nuvlabox>(Caller::internal(), newest).await.map_err(told)?;
    for document in boxes {
        match nuvlabox::reboot(State(app.clone()), Path(document.id), body(json!({}))?).await {
            Ok(_) => return Err("a stranger may reboot a nuvlabox".into()),
            Err(ApiError::Forbidden(_)) => {}
            Err(error) => return Err(told(error)),
        }
    }
    Ok(())
}

/// Does the jobs but the newest one: of the deployments, the last cannot be started.
async fn jobs(app: &App, manager: &EventManager) -> Done {
    let but_one = Wanted { skip: 1, limit: 100, ..Wanted::default() };
    let (_, jobs) = app.database.search::<Job>(Caller::internal(), but_one).await.map_err(told)?;
    let starts = |job: &Document<Job>| job.own.action == "start_deployment";
    let cannot = jobs.iter().find(|job| starts(job)).map(|job| job.id.clone());
    for job in jobs.into_iter().rev() {
        let state = || State(app.clone());
        let id = || Path(job.id.clone());
        let fails = cannot.as_ref() == Some(&job.id);
        job::edit(state(), id(), body(json!({ "state": "RUNNING" }))?).await.map_err(told)?;
        if let Some(operation) = job.own.parent.filter(|_| starts(&job)) {
            let value = if fails { "ERROR" } else { "STARTED" };
            let parameter = Path(job.own.target_resource.id().parse()?);
            deployment_parameter::edit(state(), parameter, body(json!({ "value": value }))?).await.map_err(told)?;
            let failure = Failure::new(Reason::Error).because("the image cannot be pulled");
            let ending = if fails { Ending::Failed(failure) } else { Ending::COMPLETED };
            match manager.close(operation, ending).await {
                // It is kept, and stored as soon as the disk allows.
                Ok(_) | Err(CloseError::Pending) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let reached = if fails { "FAILED" } else { "SUCCESS" };
        job::edit(state(), id(), body(json!({ "state": reached }))?).await.map_err(told)?;
    }
    Ok(())
}
