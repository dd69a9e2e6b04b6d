async fn check(id: &Href<Nuvlabox>) -> Result<impl Serialize, ApiError> {
    #[allow(unused_imports)]
    use ::events::__private::{self as __events, NotKnown as _};
    static __EVENTS_DECLARATION: __events::EventDeclaration = __events::EventDeclaration::new(
        __events::EventSpec::action(
            "nuvlabox.check-api",
            "nuvlabox",
            "check-api",
            "check",
            __events::module_path!(),
            __events::env!("CARGO_PKG_NAME"),
        ),
    );
    __events::inventory::submit! {
        __events::Registration::Event(& __EVENTS_DECLARATION)
    }
    let _: [(); __events::check_all(
        __events::Known::<&Href<Nuvlabox>>::DECLARATION,
        "nuvlabox.check-api",
        "nuvlabox",
        "check-api",
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
                    return __events::never::<Result<_, ApiError>>();
                }
                let _ = &id;
                '__events_body: { call(id).await }
            },
            <Result<_, ApiError> as __events::Refusable>::refused,
            __events::Read::By(|__events_call, __events_out| {
                {
                    use __events::probe::*;
                    __events_call
                        .ended(
                            (&&&&&&&&__events::Probe(__events_out)).__events_ending(),
                        );
                }
            }),
        )
        .await
}
