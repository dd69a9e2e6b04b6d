#[async_trait]
impl<T: Jobs> Service for Runner<T> {
    async fn run(&self, Path(id): Path<Href<Nuvlabox>>) -> Result<(), Error> {
        #[allow(unused_imports)]
        use audit::api::__private::{self as __events, NotKnown as _, Silent as _};
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
        let _: [(); __events::check_all(
            __events::Known::<Href<Nuvlabox>>::DECLARATION,
            "nuvlabox.run",
            "nuvlabox",
            "run",
            &[],
        )] = [];
        let mut __events_call = __events::Call::new(&__EVENTS_DECLARATION);
        if let __events::Option::Some(__events_opening) = __events_call.opening() {
            __events_opening.resource(__events::Designates::href(&id));
        }
        __events_call
            .drive(
                async move {
                    if false {
                        return __events::never::<Result<(), Error>>();
                    }
                    '__events_body: { Ok(()) }
                },
                <Result<(), Error> as __events::Refusable>::refused,
                __events::Read::Told([
                    __events::Says::<Result<(), Error>>::OK,
                    __events::Says::<Result<(), Error>>::ERROR,
                    __events::Says::<Result<(), Error>>::SHOWN,
                    __events::Says::<Result<(), Error>>::WHOLE,
                ]),
            )
            .await
    }
    async fn stop(&self) -> Result<(), Error> {
        #[allow(unused_imports)]
        use audit::api::__private::{self as __events, Silent as _};
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
        {
            trait DeclaresRunnerStop {
                const EVENT: __events::core::primitive::usize;
            }
            impl<
                __V: __events::Designates<Resource: __events::fits::OneType>
                    + ?__events::core::marker::Sized,
            > DeclaresRunnerStop for __events::fits::Named<__V> {
                const EVENT: __events::core::primitive::usize = __events::check_all(
                    <__V as __events::Designates>::DECLARATION,
                    "runner.stop",
                    "runner",
                    "stop",
                    &[],
                );
            }
            match 0 {
                <__events::fits::Named<Self> as DeclaresRunnerStop>::EVENT => {}
                _ => {}
            }
        }
        let mut __events_call = __events::Call::new(&__EVENTS_DECLARATION);
        if let __events::Option::Some(__events_opening) = __events_call.opening() {
            __events_opening.resource(__events::Designates::href(&self));
        }
        __events_call
            .drive(
                async move {
                    if false {
                        return __events::never::<Result<(), Error>>();
                    }
                    '__events_body: { Ok(()) }
                },
                <Result<(), Error> as __events::Refusable>::refused,
                __events::Read::Told([
                    __events::Says::<Result<(), Error>>::OK,
                    __events::Says::<Result<(), Error>>::ERROR,
                    __events::Says::<Result<(), Error>>::SHOWN,
                    __events::Says::<Result<(), Error>>::WHOLE,
                ]),
            )
            .await
    }
}
