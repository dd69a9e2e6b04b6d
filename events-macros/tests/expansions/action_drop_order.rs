async fn reboot(
    self: Arc<Self>,
    target: Guard,
    (left, unmentioned): (Guard, Guard),
    #[cfg(unix)]
    _permit: Permit,
    __unnamed4: Guard,
    formatted: Guard,
) -> Result<(), ApiError> {
    #[allow(unused_imports)]
    use ::events::__private::{self as __events, NotNamed as _, Silent as _};
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
    enum EventNuvlaboxReboot {}
    impl __events::fits::Event for EventNuvlaboxReboot {
        type Key = __events::fits::Key<15341005444215567826u64, 9616425428636798040u64>;
    }
    let mut __events_call = __events::Call::new(&__EVENTS_DECLARATION);
    if let __events::Option::Some(__events_opening) = __events_call.opening() {
        let __events_of = match __events::Designates::__events_named(&(&target.id)) {
            (__events_href, __events_named) => {
                let __events_named = __events_named.of();
                __events::fits::Fits::<EventNuvlaboxReboot>::check({ __events_named });
                __events_opening.resource(__events_href);
                __events_named
            }
        };
    }
    __events_call
        .drive(
            async move {
                if false {
                    return __events::never::<Result<(), ApiError>>();
                }
                let _ = &formatted;
                #[allow(clippy::used_underscore_binding)]
                let _ = &__unnamed4;
                #[cfg(unix)]
                #[allow(clippy::used_underscore_binding)]
                let _ = &_permit;
                let _ = &left;
                let _ = &target;
                let _ = &self;
                '__events_body: { target.go(left, format!("{formatted:?}")) }
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
