async fn reboot(
    self: Arc<Self>,
    target: Guard,
    (left, unmentioned): (Guard, Guard),
    #[cfg(unix)]
    _permit: Permit,
    formatted: Guard,
) -> Result<(), ApiError> {
    static __EVENTS_DECLARATION: ::events::__private::EventDeclaration = ::events::__private::EventDeclaration::new(::events::__private::EventSpec {
        event_type: "nuvlabox.reboot",
        resource_type: "nuvlabox",
        operation: "reboot",
        function: ::events::__private::concat!(
            ::events::__private::module_path!(), "::", "reboot"
        ),
        location: ::events::__private::location!(),
        ..::events::__private::EventSpec::ACTION
    });
    ::events::__private::inventory::submit! {
        ::events::__private::Registration::Event(& __EVENTS_DECLARATION)
    }
    #[diagnostic::on_unimplemented(
        message = "event `nuvlabox.reboot` is none of a `{Self}` [EVT054]",
        label = "not its resource type, or not an operation that it declares",
        note = "write an event that `{Self}` declares, or name the resource that is meant with `resource = <expression>`"
    )]
    trait DeclaresNuvlaboxReboot {
        fn check(_: ::events::__private::Of<Self>) {}
    }
    #[diagnostic::do_not_recommend]
    impl<
        __EventsResource: ::events::__private::Declares<
                15341005444215567826u64,
                9616425428636798040u64,
            > + ?::events::__private::core::marker::Sized,
    > DeclaresNuvlaboxReboot for __EventsResource {}
    let mut __events_call = ::events::__private::Call::new(&__EVENTS_DECLARATION);
    if let ::events::__private::Option::Some(__events_opening) = __events_call.opening()
    {
        __events_opening
            .resource(
                match ::events::__private::Designates::__events_named(&(&target.id)) {
                    (__events_href, __events_named) => {
                        #[allow(unused_imports)]
                        use ::events::__private::NotNamed as _;
                        let __events_named = __events_named.of();
                        DeclaresNuvlaboxReboot::check(__events_named);
                        __events_href
                    }
                },
            );
    }
    let __events_body = ::events::__private::pin!(
        async move { if false { return ::events::__private::never:: < Result < (),
        ApiError > > (); } let _ = & formatted; #[cfg(unix)]
        #[allow(clippy::used_underscore_binding)] let _ = & _permit; let _ = & left; let
        _ = & target; let _ = & self; '__events_body : { target.go(left,
        format!("{formatted:?}")) } }
    );
    if let ::events::__private::Result::Err(__events_refused) = __events_call
        .begin()
        .await
    {
        return <Result<
            (),
            ApiError,
        > as ::events::__private::Refusable>::refused(__events_refused);
    }
    let __events_out: Result<(), ApiError> = __events_call.run(__events_body).await;
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
