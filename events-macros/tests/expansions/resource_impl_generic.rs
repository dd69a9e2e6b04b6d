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
            __events_opening.resource(audit::api::__private::Designates::href(&id));
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
        #[diagnostic::on_unimplemented(
            message = "event `runner.stop` is none of a `{Self}` [EVT054]",
            label = "not its resource type, or not an operation that it declares",
            note = "write an event that `{Self}` declares, or name the resource that is meant with `resource = <expression>`"
        )]
        trait DeclaresRunnerStop {
            fn check(_: audit::api::__private::Of<Self>) {}
        }
        #[diagnostic::do_not_recommend]
        impl<
            __EventsResource: audit::api::__private::Declares<
                    14267164425702302875u64,
                    12618894948741332165u64,
                > + ?audit::api::__private::core::marker::Sized,
        > DeclaresRunnerStop for __EventsResource {}
        let mut __events_call = audit::api::__private::Call::new(&__EVENTS_DECLARATION);
        if let audit::api::__private::Option::Some(__events_opening) = __events_call
            .opening()
        {
            __events_opening
                .resource(
                    match audit::api::__private::Designates::__events_named(&self) {
                        (__events_href, __events_named) => {
                            #[allow(unused_imports)]
                            use audit::api::__private::NotNamed as _;
                            let __events_named = __events_named.of();
                            DeclaresRunnerStop::check(__events_named);
                            __events_href
                        }
                    },
                );
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
