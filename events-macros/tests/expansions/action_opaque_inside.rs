async fn check(id: &Href<Nuvlabox>) -> Result<impl Serialize, ApiError> {
    static __EVENTS_DECLARATION: ::events::__private::EventDeclaration = ::events::__private::EventDeclaration::new(::events::__private::EventSpec {
        event_type: "nuvlabox.check-api",
        resource_type: "nuvlabox",
        operation: "check-api",
        function: ::events::__private::concat!(
            ::events::__private::module_path!(), "::", "check"
        ),
        location: ::events::__private::location!(),
        ..::events::__private::EventSpec::ACTION
    });
    ::events::__private::inventory::submit! {
        ::events::__private::Registration::Event(& __EVENTS_DECLARATION)
    }
    let _: [(); {
        #[allow(unused_imports)]
        use ::events::__private::NotKnown as _;
        ::events::__private::check_event(
            ::events::__private::Known::<&Href<Nuvlabox>>::DECLARATION,
            "nuvlabox.check-api",
            "nuvlabox",
            "check-api",
        )
    }] = [];
    let mut __events_call = ::events::__private::Call::new(&__EVENTS_DECLARATION);
    if let ::events::__private::Option::Some(__events_opening) = __events_call.opening()
    {
        __events_opening.resource(::events::__private::Designates::href(&id));
    }
    let __events_body = ::events::__private::pin!(
        async move { if false { return ::events::__private::never:: < Result < _,
        ApiError > > (); } let _ = & id; '__events_body : { call(id). await } }
    );
    if let ::events::__private::Result::Err(__events_refused) = __events_call
        .begin()
        .await
    {
        return <Result<
            _,
            ApiError,
        > as ::events::__private::Refusable>::refused(__events_refused);
    }
    let __events_out: Result<_, ApiError> = __events_call.run(__events_body).await;
    {
        use ::events::__private::probe::*;
        __events_call
            .ended(
                (&&&&&&&&::events::__private::Probe(&__events_out)).__events_ending(),
            );
    }
    __events_call.finish().await;
    __events_out
}
