async fn reboot(id: Href<Nuvlabox>, options: Options) -> Result<(), ApiError> {
    #[allow(unused_imports)]
    use ::events::__private::{
        self as __events, NotKnown as _, NotNamed as _, Silent as _,
    };
    static __EVENTS_DECLARATION: __events::EventDeclaration = __events::EventDeclaration::new(
        __events::EventSpec::action(
                "nuvlabox.reboot",
                "nuvlabox",
                "reboot",
                "reboot",
                __events::module_path!(),
                __events::env!("CARGO_PKG_NAME"),
            )
            .details_are_a_value(),
    );
    __events::inventory::submit! {
        __events::Registration::Event(& __EVENTS_DECLARATION)
    }
    let _: [(); __events::check_event(
        __events::Known::<Href<Nuvlabox>>::DECLARATION,
        "nuvlabox.reboot",
        "nuvlabox",
        "reboot",
    )] = [];
    let mut __events_call = __events::Call::new(&__EVENTS_DECLARATION);
    if let __events::Option::Some(__events_opening) = __events_call.opening() {
        __events_opening.resource(__events::Designates::href(&id));
        match __events::demands::Defaults::met(
            __events::fits::Named::<Href<Nuvlabox>>::NEW.of(),
            &RebootDetails {
                force: options.force,
            },
        ) {
            __events_value => __events_opening.details(__events_value),
        }
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
