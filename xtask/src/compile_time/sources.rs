//! The measured crates: one program of many handlers, written once for each kind of attribute.

use std::fmt::Write as _;

/// What stands on the handlers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Variant {
    /// Nothing.
    Plain,
    /// `#[action]`.
    Recorded,
    /// `#[tracing::instrument]` with two fields and `skip_all`. It says nothing of how a call ended.
    Traced,
    /// The same without `skip_all`: every argument is a field too, as it is by default.
    TracedArguments,
    /// The first with `err`: of what ended with an error, it says which, as ours does.
    TracedEndings,
}

impl Variant {
    /// In the order in which the table names them.
    pub(super) const ALL: [Variant; 5] =
        [Variant::Plain, Variant::Recorded, Variant::Traced, Variant::TracedArguments, Variant::TracedEndings];

    /// The name of the crate, and of the row.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Variant::Plain => "plain",
            Variant::Recorded => "recorded",
            Variant::Traced => "traced",
            Variant::TracedArguments => "traced-arguments",
            Variant::TracedEndings => "traced-endings",
        }
    }
}

/// Handlers of the program.
pub(super) const HANDLERS: usize = MODULES * TEMPLATES.len();

/// Files they are spread over, as a server has one for each resource.
const MODULES: usize = 20;

/// Shared by all variants.
pub(super) const DOMAIN: &str = include_str!("domain.rs");

/// One kind of handler. `{n}` is the number of the module.
struct Template {
    recorded: &'static str,
    traced: &'static str,
    function: &'static str,
    /// A call of it, where `app` is the state.
    call: &'static str,
}

/// The mix: what servers are made of, in about the shares they have there.
const TEMPLATES: [Template; 10] = [
    Template {
        recorded: r#"#[action(event = "machine.reboot-{n}", severity = "high", details(force: bool = options.force))]"#,
        traced: "#[instrument(skip_all, fields(resource = %id, force = options.force))]",
        function: r#"pub async fn reboot(
    State(app): State<App>,
    Path(id): Path<Href<Machine>>,
    Query(options): Query<Options>,
) -> Result<Json<Job>, ApiError> {
    let job = app.submit("reboot", id.as_str()).await?;
    if options.delay > {k} {
        return Err(ApiError::Conflict(options.reason));
    }
    Ok(Json(job))
}"#,
        call: "reboot(State(app.clone()), Path(href()), Query(Options::sample()))",
    },
    Template {
        recorded: r#"#[action(event = "machine.activate-{n}")]"#,
        traced: "#[instrument(skip_all, fields(resource = %id, action = \"activate\"))]",
        function: r#"pub async fn activate(State(app): State<App>, Path(id): Path<Href<Machine>>) -> Result<Json<String>, ApiError> {
    let row = app.load(id.as_str()).await?;
    app.store(id.as_str(), format!("{row} activated")).await?;
    Ok(Json(row))
}"#,
        call: "activate(State(app.clone()), Path(href()))",
    },
    Template {
        recorded: r#"#[action(event = "machine.add", details(name, size: u64 = size))]"#,
        traced: "#[instrument(skip_all, fields(name = %name, size = size))]",
        function: r#"pub async fn add(app: App, name: String, size: u64) -> Result<Href<Machine>, ApiError> {
    let href = href();
    if size > {k} {
        return Err(ApiError::Conflict(name));
    }
    app.store(href.as_str(), name).await?;
    Ok(href)
}"#,
        call: "add(app.clone(), String::from(\"first\"), 3)",
    },
    Template {
        recorded: r#"#[action(event = "machine.edit", details(delay: u64 = change.delay, reason: String = change.reason))]"#,
        traced: "#[instrument(skip_all, fields(delay = change.delay, reason = %change.reason))]",
        function: r#"pub async fn edit(State(app): State<App>, Path(id): Path<Href<Machine>>, change: Options) -> Result<(), ApiError> {
    let before = app.load(id.as_str()).await?;
    if before.len() > {k} && !change.force {
        return Err(ApiError::Conflict(before));
    }
    app.store(id.as_str(), change.reason).await
}"#,
        call: "edit(State(app.clone()), Path(href()), Options::sample())",
    },
    Template {
        recorded: r#"#[action(event = "machine.delete")]"#,
        traced: "#[instrument(skip_all, fields(resource = %id, action = \"delete\"))]",
        function: r#"pub async fn delete(State(app): State<App>, Path(id): Path<Href<Machine>>) -> Result<(), ApiError> {
    let row = app.load(id.as_str()).await?;
    if row.is_empty() {
        return Err(ApiError::NotFound);
    }
    app.store(id.as_str(), String::new()).await
}"#,
        call: "delete(State(app.clone()), Path(href()))",
    },
    Template {
        recorded: r#"#[action(event = "machine.state-changed-{n}", category = "state", details(new_state: String, old_state: String = self.state))]"#,
        traced: "#[instrument(skip_all, fields(new_state = %new_state, old_state = %self.state))]",
        function: r#"pub async fn change_state_{n}(&self, app: &App, new_state: String) -> Result<String, ApiError> {
    app.store(self.href.as_str(), new_state).await?;
    app.load(self.href.as_str()).await
}"#,
        call: "",
    },
    Template {
        recorded: r#"#[action(event = "machine.start-{n}", deferred(within = "1h"))]"#,
        traced: "#[instrument(skip_all, fields(resource = %id, action = \"start\"))]",
        function: r#"pub async fn start(State(app): State<App>, Path(id): Path<Href<Machine>>) -> Result<Json<Job>, ApiError> {
    Ok(Json(app.submit("start", id.as_str()).await?))
}"#,
        call: "start(State(app.clone()), Path(href()))",
    },
    Template {
        recorded: r#"#[action(event = "machine.commission-{n}", payload(request = name), message = "{caller} commissioned {resource}")]"#,
        traced: "#[instrument(skip_all, fields(resource = %id, name = %name))]",
        function: r#"pub async fn commission(app: App, id: Href<Machine>, name: String) -> Result<usize, ApiError> {
    let row = app.load(id.as_str()).await?;
    let length = row.len() + name.len();
    app.store(id.as_str(), name).await?;
    Ok(length)
}"#,
        call: "commission(app.clone(), href(), String::from(\"first\"))",
    },
    Template {
        recorded: r#"#[action(event = "machine.cluster-{n}", linked(other), details(action: String))]"#,
        traced: "#[instrument(skip_all, fields(resource = %id, action = %action))]",
        function: r#"pub async fn cluster(app: App, id: Href<Machine>, other: Href<Machine>, action: String) -> Result<Job, ApiError> {
    app.load(other.as_str()).await?;
    let job = app.submit(&action, id.as_str()).await?;
    if job.target == other.as_str() { Err(ApiError::Conflict(job.target)) } else { Ok(job) }
}"#,
        call: "cluster(app.clone(), href(), href(), String::from(\"join\"))",
    },
    Template {
        recorded: r#"#[action(event = "machine.stop-{n}", severity = "low", tags("fleet"))]"#,
        traced: "#[instrument(skip_all, fields(machine = %self.href, force = force))]",
        function: r#"pub async fn stop_{n}(&self, app: &App, force: bool) -> Result<(), ApiError> {
    if !force && self.state.len() > {k} {
        return Err(ApiError::NotFound);
    }
    app.store(self.href.as_str(), String::from("STOPPED")).await
}"#,
        call: "",
    },
];

/// The text of a module: `edited` differs from the text before by a number in the body of one handler.
pub(super) fn module(variant: Variant, n: usize, edited: u32) -> String {
    let mut text = String::from("use events::Href;\n\nuse crate::domain::*;\n");
    text.push_str(match variant {
        Variant::Plain => "\n",
        Variant::Recorded => "use events::action;\n\n",
        Variant::Traced | Variant::TracedArguments | Variant::TracedEndings => "use tracing::instrument;\n\n",
    });
    let (methods, functions): (Vec<&Template>, Vec<&Template>) =
        TEMPLATES.iter().partition(|template| template.call.is_empty());
    for template in &functions {
        write_function(&mut text, template, variant);
    }
    text.push_str("impl Machine {\n");
    for template in methods {
        write_function(&mut text, template, variant);
    }
    text.push_str(
        "}\n\npub fn calls(app: &App) -> Vec<BoxFuture> {\n    let mut calls: Vec<BoxFuture> = Vec::new();\n",
    );
    for template in functions {
        let _ = writeln!(
            text,
            "    let call = {};\n    calls.push(Box::pin(async move {{ call.await.is_ok() }}));",
            template.call
        );
    }
    text.push_str(
        "    let app = app.clone();\n    calls.push(Box::pin(async move {\n        let machine = Machine::sample();\n",
    );
    text.push_str("        machine.change_state_{n}(&app, String::from(\"STARTED\")).await.is_ok()\n");
    text.push_str("            && machine.stop_{n}(&app, true).await.is_ok()\n    }));\n    calls\n}\n");
    text.replace("{n}", &n.to_string()).replace("{k}", &(1_000 + edited).to_string())
}

fn write_function(text: &mut String, template: &Template, variant: Variant) {
    let attribute = match variant {
        Variant::Plain => String::new(),
        Variant::Recorded => template.recorded.to_owned(),
        Variant::Traced => template.traced.to_owned(),
        Variant::TracedArguments => template.traced.replace("skip_all, ", ""),
        Variant::TracedEndings => template.traced.replace("skip_all,", "skip_all, err,"),
    };
    let _ = writeln!(text, "{attribute}\n{}\n", template.function);
}

/// The text of `main.rs`: every handler can be reached, as it can from a router.
pub(super) fn main() -> String {
    let mut text = String::from("mod domain;\n");
    for n in 0..MODULES {
        let _ = writeln!(text, "mod machine_{n};");
    }
    text.push_str(
        "\n#[tokio::main(flavor = \"current_thread\")]\nasync fn main() {\n    let app = domain::App::default();\n",
    );
    text.push_str("    let mut succeeded = 0;\n");
    for n in 0..MODULES {
        let _ = writeln!(text, "    for call in machine_{n}::calls(&app) {{ succeeded += u32::from(call.await); }}");
    }
    text.push_str("    println!(\"{succeeded}\");\n}\n");
    text
}

/// The names and the texts of the modules.
pub(super) fn modules(variant: Variant) -> impl Iterator<Item = (String, String)> {
    (0..MODULES).map(move |n| (format!("machine_{n}.rs"), module(variant, n, 0)))
}

/// The manifest of the workspace that holds the crates.
pub(super) fn workspace_manifest() -> String {
    let members: Vec<&str> = Variant::ALL.iter().map(|variant| variant.name()).collect();
    format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n")
}

/// The manifest of one crate. All depend on the same, so that only what they use differs.
pub(super) fn manifest(variant: Variant, events: &str) -> String {
    format!(
        r#"[package]
name = "{}"
version = "0.0.0"
edition = "2024"

[dependencies]
events = {{ path = {events:?}, default-features = false }}
tokio = {{ version = "1", default-features = false, features = ["macros", "rt", "sync"] }}
tracing = {{ version = "0.1", default-features = false, features = ["attributes", "std"] }}
"#,
        variant.name()
    )
}
