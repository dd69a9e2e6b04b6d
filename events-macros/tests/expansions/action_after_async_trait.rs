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
        #[allow(unused_imports)]
        use ::events::__private::{self as __events, NotKnown as _, Silent as _};
        static __EVENTS_DECLARATION: __events::EventDeclaration = __events::EventDeclaration::new(
            __events::EventSpec::action(
                    "nuvlabox.reboot",
                    "nuvlabox",
                    "reboot",
                    "run",
                    __events::module_path!(),
                    __events::env!("CARGO_PKG_NAME"),
                )
                .details(
                    &[
                        __events::DetailField {
                            name: "n",
                            type_name: __events::Option::Some("u32"),
                            required: true,
                        },
                    ],
                ),
        );
        __events::inventory::submit! {
            __events::Registration::Event(& __EVENTS_DECLARATION)
        }
        let _: [(); __events::check_all(
            __events::Known::<Href<Nuvlabox>>::DECLARATION,
            "nuvlabox.reboot",
            "nuvlabox",
            "reboot",
            &["n"],
        )] = [];
        let mut __events_call = __events::Call::new(&__EVENTS_DECLARATION);
        if let __events::Option::Some(__events_opening) = __events_call.opening() {
            __events_opening.resource(__events::Designates::href(&id));
            __events_opening.detail("n", &n);
        }
        __events_call
            .drive(
                async move {
                    if false {
                        return __events::never::<Result<u32, ApiError>>();
                    }
                    '__events_body: {
                        let __self = self;
                        let __ret: Result<u32, ApiError> = { Ok(n) };
                        __ret
                    }
                },
                <Result<u32, ApiError> as __events::Refusable>::refused,
                __events::Read::Told([
                    __events::Says::<Result<u32, ApiError>>::OK,
                    __events::Says::<Result<u32, ApiError>>::ERROR,
                    __events::Says::<Result<u32, ApiError>>::SHOWN,
                    __events::Says::<Result<u32, ApiError>>::WHOLE,
                ]),
            )
            .await
    })
}
