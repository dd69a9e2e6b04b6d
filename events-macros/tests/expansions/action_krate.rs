async fn reboot(id: Href<Nuvlabox>, other: String) -> Result<(), ApiError> {
    #[allow(unused_imports)]
    use audit::api::__private::{self as __events, NotKnown as _, Silent as _};
    static __EVENTS_DECLARATION: __events::EventDeclaration = __events::EventDeclaration::new(
        __events::EventSpec::action(
            "nuvlabox.reboot",
            "nuvlabox",
            "reboot",
            "reboot",
            __events::module_path!(),
            __events::env!("CARGO_PKG_NAME"),
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
        &[],
    )] = [];
    let mut __events_call = __events::Call::new(&__EVENTS_DECLARATION);
    if let __events::Option::Some(__events_opening) = __events_call.opening() {
        __events_opening.resource(__events::Designates::href(&id));
        __events_opening.linked(&__events::Designates::href(&&other));
    }
    __events_call
        .drive(
            async move {
                if false {
                    return __events::never::<Result<(), ApiError>>();
                }
                '__events_body: { Ok(()) }
            },
            <Result<(), ApiError> as __events::Refusable>::refused,
            __events::Read::Told([
                __events::Says::<Result<(), ApiError>>::OK,
                __events::Says::<Result<(), ApiError>>::ERROR,
                __events::Says::<Result<(), ApiError>>::SHOWN,
                __events::Says::<Result<(), ApiError>>::WHOLE,
            ]),
        )
        .await
}
