#[async_trait]
impl<T: Jobs> Service for Runner<T> {
    async fn run(&self, Path(id): Path<Href<Nuvlabox>>) -> Result<(), Error> {
        #[allow(unused_imports)]
        use audit::api::__private::{
            self as __events, NotKnown as _, NotNamed as _, Silent as _,
        };
        static __EVENTS_DECLARATION: __events::EventDeclaration = __events::EventDeclaration::new(
            __events::EventSpec::action(
                "nuvlabox.run",
                "nuvlabox",
                "run",
                "Runner::run",
                __events::module_path!(),
                __events::env!("CARGO_PKG_NAME"),
            ),
        );
        __events::inventory::submit! {
            __events::Registration::Event(& __EVENTS_DECLARATION)
        }
        let _: [(); __events::check_event(
            __events::Known::<Href<Nuvlabox>>::DECLARATION,
            "nuvlabox.run",
            "nuvlabox",
            "run",
        )] = [];
        let mut __events_call = __events::Call::new(&__EVENTS_DECLARATION);
        if let __events::Option::Some(__events_opening) = __events_call.opening() {
            __events_opening.resource(__events::Designates::href(&id));
        }
        __events_call
            .drive(
                __events::pin!(
                    async move { if false { return __events::never:: < Result < (), Error
                    > > (); } '__events_body : { Ok(()) } }
                ),
                <Result<(), Error> as __events::Refusable>::refused,
                __events::Read::Told([
                    __events::Says::<Result<(), Error>>::WHOLE,
                    __events::Says::<Result<(), Error>>::OK,
                    __events::Says::<Result<(), Error>>::ERROR,
                    __events::Says::<Result<(), Error>>::SHOWN,
                    __events::Says::<Result<(), Error>>::FAILED,
                ]),
            )
            .await
    }
    async fn stop(&self) -> Result<(), Error> {
        #[allow(unused_imports)]
        use audit::api::__private::{
            self as __events, NotKnown as _, NotNamed as _, Silent as _,
        };
        static __EVENTS_DECLARATION: __events::EventDeclaration = __events::EventDeclaration::new(
            __events::EventSpec::action(
                "runner.stop",
                "runner",
                "stop",
                "Runner::stop",
                __events::module_path!(),
                __events::env!("CARGO_PKG_NAME"),
            ),
        );
        __events::inventory::submit! {
            __events::Registration::Event(& __EVENTS_DECLARATION)
        }
        #[diagnostic::on_unimplemented(
            message = "event `runner.stop` is none of a `{Self}` [EVT054]",
            label = "not its resource type, or not an operation that it declares",
            note = "write an event that `{Self}` declares, or name the resource that is meant with `resource = <expression>`"
        )]
        trait DeclaresRunnerStop {
            fn check(_: __events::Of<Self>) {}
        }
        #[diagnostic::do_not_recommend]
        impl<
            __EventsResource: __events::Declares<
                    14267164425702302875u64,
                    12618894948741332165u64,
                > + ?__events::core::marker::Sized,
        > DeclaresRunnerStop for __EventsResource {}
        let mut __events_call = __events::Call::new(&__EVENTS_DECLARATION);
        if let __events::Option::Some(__events_opening) = __events_call.opening() {
            __events_opening
                .resource(
                    match __events::Designates::__events_named(&self) {
                        (__events_href, __events_named) => {
                            let __events_named = __events_named.of();
                            DeclaresRunnerStop::check(__events_named);
                            __events_href
                        }
                    },
                );
        }
        __events_call
            .drive(
                __events::pin!(
                    async move { if false { return __events::never:: < Result < (), Error
                    > > (); } '__events_body : { Ok(()) } }
                ),
                <Result<(), Error> as __events::Refusable>::refused,
                __events::Read::Told([
                    __events::Says::<Result<(), Error>>::WHOLE,
                    __events::Says::<Result<(), Error>>::OK,
                    __events::Says::<Result<(), Error>>::ERROR,
                    __events::Says::<Result<(), Error>>::SHOWN,
                    __events::Says::<Result<(), Error>>::FAILED,
                ]),
            )
            .await
    }
}
