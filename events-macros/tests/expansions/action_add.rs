async fn add(Json(body): Json<New>) -> Result<Created, ApiError> {
    static __EVENTS_DECLARATION: ::events::__private::EventDeclaration = ::events::__private::EventDeclaration::new(::events::__private::EventSpec {
        event_type: "nuvlabox.add",
        resource_type: "nuvlabox",
        operation: "add",
        function: ::events::__private::concat!(
            ::events::__private::module_path!(), "::", "add"
        ),
        location: ::events::__private::location!(),
        payload: ::events::__private::PayloadChoice {
            request: true,
            outcome: false,
            changed: false,
        },
        ..::events::__private::EventSpec::ACTION
    });
    ::events::__private::inventory::submit! {
        ::events::__private::Registration::Event(& __EVENTS_DECLARATION)
    }
    let mut __events_call = ::events::__private::Call::new(&__EVENTS_DECLARATION);
    if let ::events::__private::Result::Err(__events_refused) = __events_call
        .room()
        .await
    {
        return <Result<
            Created,
            ApiError,
        > as ::events::__private::Refusable>::refused(__events_refused);
    }
    if let ::events::__private::Option::Some(__events_opening) = __events_call.opening()
    {
        __events_opening.request("body", &body);
    }
    let __events_body = ::events::__private::pin!(
        async move { if false { return ::events::__private::never:: < Result < Created,
        ApiError > > (); } let _ = & body; '__events_body : { insert(body). await } }
    );
    if let ::events::__private::Result::Err(__events_refused) = __events_call
        .begin()
        .await
    {
        return <Result<
            Created,
            ApiError,
        > as ::events::__private::Refusable>::refused(__events_refused);
    }
    let __events_out: Result<Created, ApiError> = __events_call.run(__events_body).await;
    {
        use ::events::__private::probe::*;
        __events_call
            .ended(
                (&&&&&&&&::events::__private::Probe(&__events_out)).__events_ending(),
            );
    }
    __events_call
        .created(
            <Result<
                Created,
                ApiError,
            > as ::events::__private::asked::TellsAdded>::added(&__events_out),
        );
    __events_call.finish().await;
    __events_out
}
