fn run<'life0, 'async_trait>(
    &'life0 self,
    id: Href<Nuvlabox>,
    n: u32,
) -> ::core::pin::Pin<
    Box<
        dyn ::core::future::Future<
            Output = Result<u32, ApiError>,
        > + ::core::marker::Send + 'async_trait,
    >,
>
where
    'life0: 'async_trait,
    Self: 'async_trait,
{
    Box::pin(async move {
        static __EVENTS_DECLARATION: ::events::__private::EventDeclaration = ::events::__private::EventDeclaration::new(::events::__private::EventSpec {
            event_type: "nuvlabox.reboot",
            resource_type: "nuvlabox",
            operation: "reboot",
            details: &[
                ::events::__private::DetailField {
                    name: "n",
                    type_name: ::events::__private::Option::Some("u32"),
                    required: true,
                },
            ],
            function: ::events::__private::concat!(
                ::events::__private::module_path!(), "::", "run"
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
                ::events::__private::Known::<Href<Nuvlabox>>::DECLARATION,
                "nuvlabox.reboot",
                "nuvlabox",
                "reboot",
            )
        }] = [];
        let mut __events_call = ::events::__private::Call::new(&__EVENTS_DECLARATION);
        if let ::events::__private::Option::Some(__events_opening) = __events_call
            .opening()
        {
            __events_opening.resource(::events::__private::Designates::href(&id));
            __events_opening.detail("n", &n);
        }
        let __events_body = ::events::__private::pin!(
            async move { if false { return ::events::__private::never:: < Result < u32,
            ApiError > > (); } '__events_body : { let __self = self; let __ret : Result <
            u32, ApiError > = { Ok(n) }; __ret } }
        );
        if let ::events::__private::Result::Err(__events_refused) = __events_call
            .begin()
            .await
        {
            return <Result<
                u32,
                ApiError,
            > as ::events::__private::Refusable>::refused(__events_refused);
        }
        let __events_out: Result<u32, ApiError> = __events_call.run(__events_body).await;
        {
            use ::events::__private::probe::*;
            __events_call
                .ended(
                    (&&&&&&&&::events::__private::Probe(&__events_out)).__events_ending(),
                );
        }
        __events_call.finish().await;
        __events_out
    })
}
