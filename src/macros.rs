//! The macros, documented where their examples can run.

/// Records every call of an async function or method.
///
/// Before the body runs, the opening event is stored; however the call ends, one closing event follows. The function keeps
/// its name, signature, drop order and lints; its body is not looked at.
///
/// ```
/// use events::prelude::*;
/// # #[resource(events)] pub struct Nuvlabox { pub id: Href<Nuvlabox> }
/// # pub struct ApiError;
/// # impl From<Refused> for ApiError { fn from(_: Refused) -> Self { ApiError } }
/// # pub struct Query<T>(pub T);
/// # pub struct Options { force: bool }
///
/// #[action(
///     event = "nuvlabox.reboot",
///     severity = "high",
///     details(force: bool = options.force),
///     message = "{caller} rebooted {resource}"
/// )]
/// async fn reboot(id: Href<Nuvlabox>, Query(options): Query<Options>) -> Result<(), ApiError> {
///     Operation::current().link("job/17");
///     Ok(())
/// }
/// ```
///
/// | key | |
/// |---|---|
/// | `event = "<resource-type>.<operation>"` | the one thing that must be said |
/// | `resource = <expression>`, `none` | what it is about; else the argument called `id` (also inside a pattern), else `self`; `add` and `bulk-…` are about their type |
/// | `category = "state"`, `<path>` | one of the built-in ones, or a type with [`category`](macro@category); else the resource type's, else `crud` for add, edit and delete, else `action` |
/// | `subcategory = "…"`, `severity = "high"`, `tags("a", "b")` | how it is sorted; severity `critical`, `high`, `medium` or `low` |
/// | `details(force, size: u64 = <expression>)`, `details = <expression>` | what is indexed; nothing of the arguments is recorded unless it is named; the type may be left out where the signature writes it, or a literal says it |
/// | `payload(request = <argument>, outcome, changed)` | what is stored beside it: an argument, what was returned, what [`Operation::changed`](crate::Operation::changed) was told |
/// | `message = "{caller} … {resource} … {details.force}"` | the sentence for people, checked by the compiler |
/// | `linked = <href>`, `linked(a, b)` | other resources that are touched |
/// | `version = 2` | the version of the details |
/// | `created = <path>` | `fn(&Return) -> Option<Href<R>>` for what was added, where [`Outcome::created`](crate::Outcome::created) does not say it; an `add` needs one of them, or a `resource`; beside `resource = none` what another operation made is what its closing is about, if it is of the event's own type, and linked if not |
/// | `outcome = <path>` | `fn(&Return) -> Ending`, where [`Outcome`](crate::Outcome) does not say it |
/// | `refused = <path>` | `fn(Refused) -> Return`, where the return type is no `Result` with an error that is `From<Refused>` |
/// | `deferred`, `deferred(within = "1h")` | an ok return leaves the operation open; [`EventManager::close`](crate::EventManager::close) ends it |
/// | `mandatory`, `allow_anon` | it cannot be switched off; a caller who may not see the resource owns the event |
/// | `on_nested_failure = continue` | inside another operation it runs although its opening cannot be stored |
/// | `ctx = <expression>` | who acts, where it does not run inside [`scope`](crate::scope) |
/// | `krate = <path>` | where this crate is, for libraries that re-export it |
///
/// A return type `impl IntoResponse` is converted inside, and its status read. In a trait implementation the attribute goes on the
/// method; with `#[async_trait]` put [`resource`](macro@resource) above it on the impl where arguments are patterns.
///
/// # What it expands to
/// The body stays where it is and as it is; around it stands, for the handler above:
///
/// ```text
/// async fn reboot(id: Href<Nuvlabox>, Query(options): Query<Options>) -> Result<(), ApiError> {
///     use ::events::__private::{self as __events, NotKnown as _, Silent as _};
///
///     // What is declared: one static, which registers itself and notes its place. It is there although the
///     // function is never called.
///     static __EVENTS_DECLARATION: __events::EventDeclaration = __events::EventDeclaration::new(
///         __events::EventSpec::action("nuvlabox.reboot", "nuvlabox", "reboot", "reboot", module_path!(), env!("CARGO_PKG_NAME"))
///             .severity(__events::Severity::High)
///             .details(&[__events::DetailField { name: "force", type_name: __events::Option::Some("bool"), required: true }])
///             .message(&[__events::MessagePart::Caller, …]),
///     );
///     __events::inventory::submit! { __events::Registration::Event(&__EVENTS_DECLARATION) }
///
///     // Prefix, closed set and what the category demands, against the resource type: the length of an array is evaluated
///     // while types are checked.
///     let _: [(); __events::check_all(
///         __events::Known::<Href<Nuvlabox>>::DECLARATION, "nuvlabox.reboot", "nuvlabox", "reboot", &["force"],
///     )] = [];
///
///     // The call, with its guard. What it records is read before the body takes the arguments, and only where something is recorded.
///     let mut __events_call = __events::Call::new(&__EVENTS_DECLARATION);
///     if let __events::Option::Some(__events_opening) = __events_call.opening() {
///         __events_opening.resource(__events::Designates::href(&id));
///         { let __events_value: &bool = &options.force; __events_opening.detail("force", __events_value); }
///     }
///
///     // Opening, body, closing: one await. Dropped anywhere in between, the body goes first and the guard closes the operation.
///     __events_call.drive(
///         async move {
///             if false { return __events::never::<Result<(), ApiError>>(); } // gives the body its type
///             let _ = &options; // moved in, so that it is dropped as in the plain function
///             '__events_body: { /* the body */ }
///         },
///         <Result<(), ApiError> as __events::Refusable>::refused,            // what a refusal becomes
///         __events::Read::Told([                                             // who says how it ended, most telling first
///             __events::Says::<Result<(), ApiError>>::OK,    // the ok value is an `Outcome`
///             __events::Says::<Result<(), ApiError>>::ERROR, // the error is
///             __events::Says::<Result<(), ApiError>>::SHOWN, // the error can be displayed
///             __events::Says::<Result<(), ApiError>>::WHOLE, // the whole value is, or any other error
///         ]),
///     ).await
/// }
/// ```
///
/// `EVENTS_MACROS_DEBUG=1 cargo check` prints the expansions of a crate that is compiled anew; rustfmt makes them readable.
///
/// # Errors
/// The compiler refuses what cannot be right, all of it at once; each message has a paragraph in `docs/errors.md`.
///
/// Cancel-safe in as far as the body is: dropped, the operation is closed as `cancelled`.
pub use events_macros::action;

/// Registers a struct as a resource type, or records the annotated methods of an impl.
///
/// ```
/// use events::prelude::*;
/// # pub struct Error;
/// # impl From<Refused> for Error { fn from(_: Refused) -> Self { Error } }
///
/// /// Any operation.
/// #[resource(events)]
/// pub struct Nuvlabox { pub id: Href<Nuvlabox> }
///
/// /// These, and add, edit, delete and their bulk forms: `deployment.strat` does not compile.
/// #[resource(events("start", "stop"), severity = "low")]
/// pub struct Deployment { pub id: Href<Deployment> }
///
/// #[resource(events)]
/// impl Deployment {
///     #[action(event = "deployment.start")] // the receiver is the resource
///     async fn start(&self) -> Result<(), Error> {
///         Ok(())
///     }
/// }
/// ```
///
/// | key | |
/// |---|---|
/// | `events`, `events("start", …)` | any operation, or a closed set |
/// | `name = "nuvlabox"` | the resource type; else the kebab-case of the struct's name |
/// | `category`, `severity` | of its events that say none |
/// | `enabled = false` | its events are recorded only where a policy says so |
/// | `id = <field>` | the field that holds the href; else the one called `id`; without one the resource is named by its [`Href`](crate::Href) |
/// | `krate = <path>` | where this crate is |
///
/// On an impl only `events` and `krate` mean something.
pub use events_macros::resource;

/// Declares a category of events as a type, with the details that its events have by default.
///
/// ```
/// use events::prelude::*;
///
/// #[category("billing", details(amount: u64, currency?))] // `?`: may be absent
/// struct Billing;
///
/// #[resource(events, category = Billing)]
/// struct Invoice { id: Href<Invoice> }
/// ```
pub use events_macros::category;

/// Declares a direct event by the type of its details, for [`emit`](crate::emit).
///
/// ```
/// use events::prelude::*;
/// # #[resource(events)] pub struct Nuvlabox { pub id: Href<Nuvlabox> }
///
/// #[derive(EventDetails)]
/// #[event("nuvlabox.state-changed", category = "state", resource = Nuvlabox)]
/// struct NuvlaboxStateChanged {
///     old_state: Option<String>, // left out when it is none
///     new_state: String,
/// }
///
/// # async fn demo(id: Href<Nuvlabox>) -> Result<(), Refused> {
/// events::emit(&id, NuvlaboxStateChanged { old_state: None, new_state: "ACTIVATED".into() }).await?;
/// # Ok(())
/// # }
/// ```
///
/// `#[event("…", category, subcategory, severity, resource, linked, message, version, mandatory, allow_anon, krate)]` mean what they mean in
/// [`action`](macro@action); `resource` is the type that the href given to `emit` must be of, `linked` names fields that hold hrefs. Fields take `#[record(skip)]` and
/// `#[record(rename = "…")]`.
pub use events_macros::EventDetails;

/// Makes a value one that may go into details and payload.
///
/// A struct is an object of its fields under their kebab-case names, a struct around one value is that value, a variant without
/// fields its name, and one with fields `{"variant-name": …}`.
///
/// ```
/// use events::Record;
///
/// #[derive(Record)]
/// struct Login {
///     user: String,
///     #[record(rename = "how")]
///     method: Method,
///     #[record(skip)]
///     password: String,
/// }
///
/// #[derive(Record)]
/// enum Method {
///     Password,
///     Federated { issuer: String },
/// }
/// ```
pub use events_macros::Record;
