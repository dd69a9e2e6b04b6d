async fn reboot(id: Href<Nuvlabox>, other: String) -> Result<(), ApiError> {
    static __EVENTS_DECLARATION: audit::api::__private::EventDeclaration = audit::api::__private::EventDeclaration::new(audit::api::__private::EventSpec {
        event_type: "nuvlabox.reboot",
        resource_type: "nuvlabox",
        operation: "reboot",
        function: audit::api::__private::concat!(
            audit::api::__private::module_path!(), "::", "reboot"
        ),
        location: audit::api::__private::location!(),
        ..audit::api::__private::EventSpec::ACTION
    });
    audit::api::__private::inventory::submit! {
        audit::api::__private::Registration::Event(& __EVENTS_DECLARATION)
    }
    let _: [(); {
        #[allow(unused_imports)]
        use audit::api::__private::NotKnown as _;
        audit::api::__private::check_event(
            audit::api::__private::Known::<Href<Nuvlabox>>::DECLARATION,
            "nuvlabox.reboot",
            "nuvlabox",
            "reboot",
        )
    }] = [];
    let mut __events_call = audit::api::__private::Call::new(&__EVENTS_DECLARATION);
    if let audit::api::__private::Option::Some(__events_opening) = __events_call
        .opening()
    {
        __events_opening.resource(audit::api::__private::Designates::href(&id));
        __events_opening.linked(&audit::api::__private::Designates::href(&&other));
    }
    let __events_body = audit::api::__private::pin!(
        async move { if false { return audit::api::__private::never:: < Result < (),
        ApiError > > (); } '__events_body : { Ok(()) } }
    );
    if let audit::api::__private::Result::Err(__events_refused) = __events_call
        .begin()
        .await
    {
        return <Result<
            (),
            ApiError,
        > as audit::api::__private::Refusable>::refused(__events_refused);
    }
    let __events_out: Result<(), ApiError> = __events_call.run(__events_body).await;
    {
        use audit::api::__private::probe::*;
        __events_call
            .ended(
                (&&&&&&&&audit::api::__private::Probe(&__events_out)).__events_ending(),
            );
    }
    __events_call.finish().await;
    __events_out
}
