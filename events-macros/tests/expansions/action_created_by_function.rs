async fn clone_it(id: Href<Module>) -> Result<Module, ApiError> {
    #[allow(unused_imports)]
    use ::events::__private::{self as __events, NotKnown as _};
    static __EVENTS_DECLARATION: __events::EventDeclaration = __events::EventDeclaration::new(
        __events::EventSpec::action(
            "module.clone",
            "module",
            "clone",
            "clone_it",
            __events::module_path!(),
            __events::env!("CARGO_PKG_NAME"),
        ),
    );
    __events::inventory::submit! {
        __events::Registration::Event(& __EVENTS_DECLARATION)
    }
    let _: [(); __events::check_all(
        __events::Known::<Href<Module>>::DECLARATION,
        "module.clone",
        "module",
        "clone",
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
                    return __events::never::<Result<Module, ApiError>>();
                }
                let _ = &id;
                '__events_body: { copy(id).await }
            },
            <Result<Module, ApiError> as __events::Refusable>::refused,
            __events::Read::By(|__events_call, __events_out| {
                {
                    use __events::probe::*;
                    __events_call
                        .ended(
                            (&&&&&&&&__events::Probe(__events_out)).__events_ending(),
                        );
                }
                {
                    let __events_ask: fn(_) -> _ = new_href;
                    __events_call
                        .created(
                            __events::asked::AskCreated::<
                                &Result<Module, ApiError>,
                            >::created(__events_ask, __events_out),
                        );
                }
            }),
        )
        .await
}
