async fn add(Json(body): Json<New>) -> Result<Created, ApiError> {
    use ::events::__private as __events;
    static __EVENTS_DECLARATION: __events::EventDeclaration = __events::EventDeclaration::new(
        __events::EventSpec::action(
                "nuvlabox.add",
                "nuvlabox",
                "add",
                "add",
                __events::module_path!(),
                __events::env!("CARGO_PKG_NAME"),
            )
            .payload_request(),
    );
    __events::inventory::submit! {
        __events::Registration::Event(& __EVENTS_DECLARATION)
    }
    let mut __events_call = __events::Call::new(&__EVENTS_DECLARATION);
    if let __events::Result::Err(__events_refused) = __events_call.room().await {
        return <Result<
            Created,
            ApiError,
        > as __events::Refusable>::refused(__events_refused);
    }
    if let __events::Option::Some(__events_opening) = __events_call.opening() {
        __events_opening.request("body", &body);
    }
    __events_call
        .drive(
            async move {
                if false {
                    return __events::never::<Result<Created, ApiError>>();
                }
                let _ = &body;
                '__events_body: { insert(body).await }
            },
            <Result<Created, ApiError> as __events::Refusable>::refused,
            __events::Read::By(|__events_call, __events_out| {
                {
                    use __events::probe::*;
                    __events_call
                        .ended(
                            (&&&&&&&&__events::Probe(__events_out)).__events_ending(),
                        );
                }
                __events_call
                    .created(
                        <Result<
                            Created,
                            ApiError,
                        > as __events::asked::TellsAdded>::added(__events_out),
                    );
            }),
        )
        .await
}
