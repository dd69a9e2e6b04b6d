/// Reboots.
pub async fn reboot(
    State(app): State<App>,
    Path(id): Path<Href<Nuvlabox>>,
    Query(options): Query<RebootOptions>,
) -> Result<Json<Job>, ApiError> {
    #[allow(unused_imports)]
    use ::events::__private::{self as __events, NotKnown as _, Silent as _};
    static __EVENTS_DECLARATION: __events::EventDeclaration = __events::EventDeclaration::new(
        __events::EventSpec::action(
                "nuvlabox.reboot",
                "nuvlabox",
                "reboot",
                "reboot",
                __events::module_path!(),
                __events::env!("CARGO_PKG_NAME"),
            )
            .category(__events::CategoryRef::BuiltIn("action"))
            .severity(__events::Severity::High)
            .details(
                &[
                    __events::DetailField {
                        name: "force",
                        type_name: __events::Option::Some("bool"),
                        required: true,
                    },
                ],
            ),
    );
    __events::inventory::submit! {
        __events::Registration::Event(& __EVENTS_DECLARATION)
    }
    let _: [(); __events::check_event(
        __events::Known::<Href<Nuvlabox>>::DECLARATION,
        "nuvlabox.reboot",
        "nuvlabox",
        "reboot",
    )] = [];
    let mut __events_call = __events::Call::new(&__EVENTS_DECLARATION);
    if let __events::Option::Some(__events_opening) = __events_call.opening() {
        __events_opening.resource(__events::Designates::href(&id));
        {
            let __events_value: &bool = &options.force;
            __events_opening.detail("force", __events_value);
        }
    }
    __events_call
        .drive(
            async move {
                if false {
                    return __events::never::<Result<Json<Job>, ApiError>>();
                }
                let _ = &id;
                let _ = &app;
                '__events_body: {
                    let job = app.jobs.submit("reboot", &id).await?;
                    Ok(Json(job))
                }
            },
            <Result<Json<Job>, ApiError> as __events::Refusable>::refused,
            __events::Read::Told([
                __events::Says::<Result<Json<Job>, ApiError>>::OK,
                __events::Says::<Result<Json<Job>, ApiError>>::ERROR,
                __events::Says::<Result<Json<Job>, ApiError>>::SHOWN,
                __events::Says::<Result<Json<Job>, ApiError>>::WHOLE,
            ]),
        )
        .await
}
