//! Expansions, compared with the files in `tests/expansions`. `EVENTS_BLESS=1` writes the files.

use std::path::Path;

use proc_macro2::TokenStream;
use quote::quote;

use super::Macro;

/// One item and the macro on it. The name is the name of the file.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) of: Macro,
    pub(super) arguments: TokenStream,
    pub(super) item: TokenStream,
}

fn case(name: &'static str, of: Macro, arguments: TokenStream, item: TokenStream) -> Case {
    Case { name, of, arguments, item }
}

/// Every form that the macros accept.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = functions();
    cases.extend(bodies());
    cases.extend(resources());
    cases.extend(derives());
    cases
}

fn functions() -> Vec<Case> {
    vec![
        case(
            "action_handler",
            Macro::Action,
            quote!(event = "nuvlabox.reboot", category = "action", severity = "high", details(force: bool = options.force)),
            quote! {
                /// Reboots.
                pub async fn reboot(
                    State(app): State<App>,
                    Path(id): Path<Href<Nuvlabox>>,
                    Query(options): Query<RebootOptions>,
                ) -> Result<Json<Job>, ApiError> {
                    let job = app.jobs.submit("reboot", &id).await?;
                    Ok(Json(job))
                }
            },
        ),
        case(
            "action_every_key",
            Macro::Action,
            quote! {
                event = "deployment.update",
                category = Billing,
                subcategory = "maintenance",
                severity = "low",
                resource = find(&name, 1 + 1),
                details(release: u32 = options.release, name, size: usize = name.len(), note: Option<String> = None),
                payload(request = options, outcome, changed),
                message = "{caller} updated {resource} to {details.release}",
                linked(&options.credential, other),
                tags("eu", "billing"),
                version = 2,
                outcome = read::outcome,
                refused = read::refused,
                deferred(within = "90s"),
                mandatory,
                ctx = context(&app),
                allow_anon,
                on_nested_failure = continue,
            },
            quote! {
                async fn update(name: String, options: Options, other: Href<Nuvlabox>) -> Answer { update_it(name, options, other).await }
            },
        ),
        case(
            "action_method",
            Macro::Action,
            quote!(event = "deployment.start", deferred(within = "1h")),
            quote! { async fn start(&self, jobs: &Jobs) -> Result<JobId, Error> { jobs.start(&self.id).await } },
        ),
        case(
            "action_add",
            Macro::Action,
            quote!(event = "nuvlabox.add", payload(request = body)),
            quote! { async fn add(Json(body): Json<New>) -> Result<Created, ApiError> { insert(body).await } },
        ),
        case(
            "action_created_by_function",
            Macro::Action,
            quote!(event = "module.clone", created = new_href),
            quote! { async fn clone_it(id: Href<Module>) -> Result<Module, ApiError> { copy(id).await } },
        ),
        case(
            "action_response",
            Macro::Action,
            quote!(event = "nuvlabox.delete"),
            quote! { async fn delete(Path(id): Path<Href<Nuvlabox>>) -> impl IntoResponse { StatusCode::NO_CONTENT } },
        ),
        case(
            "action_opaque_inside",
            Macro::Action,
            quote!(event = "nuvlabox.check-api"),
            quote! { async fn check(id: &Href<Nuvlabox>) -> Result<impl Serialize, ApiError> { call(id).await } },
        ),
        case(
            "action_none",
            Macro::Action,
            quote!(event = "session.switch-group", resource = none),
            quote! { async fn switch(group: String) -> Result<(), ApiError> { Ok(()) } },
        ),
        case(
            "action_details_object",
            Macro::Action,
            quote!(event = "nuvlabox.reboot", details = RebootDetails { force: options.force }),
            quote! { async fn reboot(id: Href<Nuvlabox>, options: Options) -> Result<(), ApiError> { Ok(()) } },
        ),
        case(
            "action_krate",
            Macro::Action,
            quote!(event = "nuvlabox.reboot", krate = audit::api, linked = &other),
            quote! { async fn reboot(id: Href<Nuvlabox>, other: String) -> Result<(), ApiError> { Ok(()) } },
        ),
    ]
}

fn bodies() -> Vec<Case> {
    vec![
        case(
            "action_drop_order",
            Macro::Action,
            quote!(event = "nuvlabox.reboot", resource = &target.id),
            quote! {
                async fn reboot(
                    self: Arc<Self>,
                    target: Guard,
                    (left, unmentioned): (Guard, Guard),
                    #[cfg(unix)] _permit: Permit,
                    _: Guard,
                    formatted: Guard,
                ) -> Result<(), ApiError> {
                    target.go(left, format!("{formatted:?}"))
                }
            },
        ),
        case(
            "action_generic",
            Macro::Action,
            quote!(event = "nuvlabox.reboot", details(count: usize = items.len())),
            quote! {
                async fn reboot<'a, T, const N: usize>(id: &'a Href<T>, mut items: Vec<T>, by: impl Fn(&T) -> bool) -> Result<&'a str, ApiError>
                where
                    T: Resource,
                {
                    items.retain(by);
                    Ok(id.as_str())
                }
            },
        ),
        case(
            "action_cfg",
            Macro::Action,
            quote!(
                event = "nuvlabox.reboot",
                details(
                    #[cfg(feature = "extra")]
                    extra,
                    always = 1u8
                )
            ),
            quote! {
                async fn reboot(id: Href<Nuvlabox>, #[cfg(feature = "extra")] extra: u32) -> Result<(), ApiError> {
                    #[cfg(feature = "extra")]
                    drop(extra);
                    Ok(())
                }
            },
        ),
        case(
            "action_after_async_trait",
            Macro::Action,
            quote!(event = "nuvlabox.reboot", details(n)),
            quote! {
                fn run<'life0, 'async_trait>(
                    &'life0 self,
                    id: Href<Nuvlabox>,
                    n: u32,
                ) -> ::core::pin::Pin<Box<dyn ::core::future::Future<Output = Result<u32, ApiError>> + ::core::marker::Send + 'async_trait>>
                where
                    'life0: 'async_trait,
                    Self: 'async_trait,
                {
                    Box::pin(async move {
                        let __self = self;
                        let __ret: Result<u32, ApiError> = { Ok(n) };
                        __ret
                    })
                }
            },
        ),
        case(
            "action_half_typed",
            Macro::Action,
            quote!(event = "nuvlabox.reboot"),
            quote! { async fn reboot(id:) -> Result { } },
        ),
    ]
}

fn resources() -> Vec<Case> {
    vec![
        case(
            "resource_open",
            Macro::Resource,
            quote!(events),
            quote! { #[derive(Debug)] pub struct DeploymentSet { pub id: Href<DeploymentSet>, pub name: String } },
        ),
        case(
            "resource_closed",
            Macro::Resource,
            quote!(
                events("start", "stop", "state-changed"),
                name = "deployment",
                category = "action",
                severity = "low",
                enabled = false,
                id = href,
            ),
            quote! { struct Deployed { href: Href<Deployed> } },
        ),
        case(
            "resource_marker",
            Macro::Resource,
            quote!(events, krate = audit::api, category = Billing),
            quote! { pub struct Session; },
        ),
        case(
            "resource_impl",
            Macro::Resource,
            quote!(events),
            quote! {
                impl Deployment {
                    #![allow(dead_code)]
                    const LIMITS: [u8; 1 + 1] = { [0; 2] };
                    /// Starts.
                    #[action(event = "deployment.start", category = "action")]
                    #[must_use]
                    pub async fn start(&self) -> Result<(), Error> { int main(void) }
                    pub fn plain(&self) -> u8 { int main(void) }
                    helper! { any thing }
                    #[events::action(event = "deployment.stop")]
                    async fn stop(id: Href<Deployment>) -> Result<(), Error> { Ok(()) }
                }
            },
        ),
        case(
            "resource_impl_generic",
            Macro::Resource,
            quote!(events, krate = audit::api),
            quote! {
                #[async_trait]
                impl<T: Jobs> Service for Runner<T> {
                    #[action(event = "nuvlabox.run")]
                    async fn run(&self, Path(id): Path<Href<Nuvlabox>>) -> Result<(), Error> { Ok(()) }
                    #[action(event = "runner.stop")]
                    async fn stop(&self) -> Result<(), Error> { Ok(()) }
                }
            },
        ),
    ]
}

fn derives() -> Vec<Case> {
    vec![
        case(
            "event_details",
            Macro::EventDetails,
            quote!(),
            quote! {
                #[event("nuvlabox.state-changed", category = "state", resource = Nuvlabox, message = "{resource} is now {details.new_state}")]
                struct NuvlaboxStateChanged { old_state: Option<String>, new_state: String, #[record(skip)] cache: u8, #[record(rename = "by-whom")] user: String }
            },
        ),
        case(
            "event_details_any_resource",
            Macro::EventDetails,
            quote!(),
            quote! {
                #[event("job.finished", severity = "low", version = 3, mandatory, krate = audit::api)]
                struct Finished<'a, T: Clone> { name: &'a str, result: T }
            },
        ),
        case(
            "event_details_linked",
            Macro::EventDetails,
            quote!(),
            quote! {
                #[event("deployment.state-changed", resource = Deployment, linked(parameter, module))]
                struct StateChanged { new_state: String, parameter: Option<Href<Parameter>>, #[record(skip)] module: Href<Module> }
            },
        ),
        case(
            "event_details_empty",
            Macro::EventDetails,
            quote!(),
            quote! { #[event("session.expired")] struct Expired; },
        ),
        case(
            "record_struct",
            Macro::Record,
            quote!(),
            quote! { struct RebootOptions<T> { force: bool, #[record(rename = "how-long")] duration: T, #[record(skip)] secret: String, r#type: u8 } },
        ),
        case("record_newtype", Macro::Record, quote!(), quote! { struct JobId(pub u32); }),
        case("record_unit", Macro::Record, quote!(), quote! { struct Nothing; }),
        case(
            "record_enum",
            Macro::Record,
            quote!(),
            quote! {
                #[record(krate = audit::api)]
                enum Progress {
                    NotStarted,
                    #[record(rename = "at")]
                    Percent(u8),
                    FailedWith { recorder: String, #[record(skip)] cause: Error },
                }
            },
        ),
        case("record_never", Macro::Record, quote!(), quote! { enum Never {} }),
        case(
            "category",
            Macro::Category,
            quote!("billing", details(amount: u64, currency?, note: Option<String>)),
            quote! { pub struct Billing; },
        ),
    ]
}

#[test]
fn expansions_are_those_on_disk() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expansions");
    let bless = std::env::var_os("EVENTS_BLESS").is_some();
    let mut different = Vec::new();
    for Case { name, of, arguments, item } in cases() {
        let (tokens, mistakes) = of.expand(arguments, item);
        assert_eq!(mistakes, [""; 0], "{name}");
        let file = folder.join(name).with_extension("rs");
        let text = match syn::parse2::<syn::File>(tokens.clone()) {
            Ok(parsed) => prettyplease::unparse(&parsed),
            // Bodies and items that are no Rust: they are not ours.
            Err(_) => format!("{tokens}\n"),
        };
        if bless {
            std::fs::write(&file, &text).expect("the folder exists");
        } else if std::fs::read_to_string(&file).unwrap_or_default() != text {
            different.push(format!("{}:\n{text}", file.display()));
        }
    }
    assert!(different.is_empty(), "set EVENTS_BLESS=1 to accept:\n{}", different.join("\n"));
}

#[test]
fn every_file_on_disk_is_a_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expansions");
    let names: Vec<&str> = cases().iter().map(|case| case.name).collect();
    for file in std::fs::read_dir(folder).expect("the folder exists") {
        let path = file.expect("readable").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        assert!(names.contains(&name), "{name} has no case");
    }
}
