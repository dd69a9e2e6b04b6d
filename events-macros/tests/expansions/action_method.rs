async fn start(&self, jobs: &Jobs) -> Result<JobId, Error> {
    static __EVENTS_DECLARATION: ::events::__private::EventDeclaration = ::events::__private::EventDeclaration::new(::events::__private::EventSpec {
        event_type: "deployment.start",
        resource_type: "deployment",
        operation: "start",
        function: ::events::__private::concat!(
            ::events::__private::module_path!(), "::", "start"
        ),
        location: ::events::__private::location!(),
        deferred: ::events::__private::Option::Some(::events::__private::Deferred {
            within: ::events::__private::Option::Some(
                ::events::__private::core::time::Duration::from_secs(3600u64),
            ),
        }),
        ..::events::__private::EventSpec::ACTION
    });
    ::events::__private::inventory::submit! {
        ::events::__private::Registration::Event(& __EVENTS_DECLARATION)
    }
    let _: [(); {
        #[allow(unused_imports)]
        use ::events::__private::NotKnown as _;
        ::events::__private::check_event(
            ::events::__private::Known::<Self>::DECLARATION,
            "deployment.start",
            "deployment",
            "start",
        )
    }] = [];
    let mut __events_call = ::events::__private::Call::new(&__EVENTS_DECLARATION);
    if let ::events::__private::Option::Some(__events_opening) = __events_call.opening()
    {
        __events_opening.resource(::events::__private::Designates::href(&self));
    }
    let __events_body = ::events::__private::pin!(
        async move { if false { return ::events::__private::never:: < Result < JobId,
        Error > > (); } let _ = & jobs; '__events_body : { jobs.start(& self.id). await }
        }
    );
    if let ::events::__private::Result::Err(__events_refused) = __events_call
        .begin()
        .await
    {
        return <Result<
            JobId,
            Error,
        > as ::events::__private::Refusable>::refused(__events_refused);
    }
    let __events_out: Result<JobId, Error> = __events_call.run(__events_body).await;
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
