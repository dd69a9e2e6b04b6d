#[async_trait]
impl<T: Jobs> Service for Runner<T> {
    async fn run(&self, Path(id): Path<Href<Nuvlabox>>) -> Result<(), Error> {
        static __EVENTS_DECLARATION: audit::api::__private::EventDeclaration = audit::api::__private::EventDeclaration::new(audit::api::__private::EventSpec {
            event_type: "nuvlabox.run",
            resource_type: "nuvlabox",
            operation: "run",
            function: audit::api::__private::concat!(
                audit::api::__private::module_path!(), "::", "Runner::run"
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
                "nuvlabox.run",
                "nuvlabox",
                "run",
            )
        }] = [];
        let mut __events_call = audit::api::__private::Call::new(&__EVENTS_DECLARATION);
        if let audit::api::__private::Option::Some(__events_opening) = __events_call
            .opening()
        {
            __events_opening.resource(audit::api::__private::href(&id));
        }
        let __events_body = audit::api::__private::pin!(
            async move { if false { return audit::api::__private::never:: < Result < (),
            Error > > (); } '__events_body : { Ok(()) } }
        );
        if let audit::api::__private::Result::Err(__events_refused) = __events_call
            .begin()
            .await
        {
            return <Result<
                (),
                Error,
            > as audit::api::__private::Refusable>::refused(__events_refused);
        }
        let __events_out: Result<(), Error> = __events_call.run(__events_body).await;
        {
            use audit::api::__private::probe::*;
            __events_call
                .ended(
                    (&&&&&&&&audit::api::__private::Probe(&__events_out))
                        .__events_ending(),
                );
        }
        __events_call.finish().await;
        __events_out
    }
    async fn stop(&self) -> Result<(), Error> {
        static __EVENTS_DECLARATION: audit::api::__private::EventDeclaration = audit::api::__private::EventDeclaration::new(audit::api::__private::EventSpec {
            event_type: "runner.stop",
            resource_type: "runner",
            operation: "stop",
            function: audit::api::__private::concat!(
                audit::api::__private::module_path!(), "::", "Runner::stop"
            ),
            location: audit::api::__private::location!(),
            ..audit::api::__private::EventSpec::ACTION
        });
        audit::api::__private::inventory::submit! {
            audit::api::__private::Registration::Event(& __EVENTS_DECLARATION)
        }
        fn __events_href<
            __EventsValue: audit::api::__private::Designates
                + ?audit::api::__private::core::marker::Sized,
        >(
            value: &__EventsValue,
        ) -> audit::api::__private::Cow<
            '_,
            audit::api::__private::core::primitive::str,
        > {
            const {
                let _ = audit::api::__private::check_event(
                    <__EventsValue as audit::api::__private::Designates>::DECLARATION,
                    "runner.stop",
                    "runner",
                    "stop",
                );
            }
            audit::api::__private::href(value)
        }
        let mut __events_call = audit::api::__private::Call::new(&__EVENTS_DECLARATION);
        if let audit::api::__private::Option::Some(__events_opening) = __events_call
            .opening()
        {
            __events_opening.resource(__events_href(&self));
        }
        let __events_body = audit::api::__private::pin!(
            async move { if false { return audit::api::__private::never:: < Result < (),
            Error > > (); } '__events_body : { Ok(()) } }
        );
        if let audit::api::__private::Result::Err(__events_refused) = __events_call
            .begin()
            .await
        {
            return <Result<
                (),
                Error,
            > as audit::api::__private::Refusable>::refused(__events_refused);
        }
        let __events_out: Result<(), Error> = __events_call.run(__events_body).await;
        {
            use audit::api::__private::probe::*;
            __events_call
                .ended(
                    (&&&&&&&&audit::api::__private::Probe(&__events_out))
                        .__events_ending(),
                );
        }
        __events_call.finish().await;
        __events_out
    }
}
