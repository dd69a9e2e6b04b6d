async fn reboot(
    self: Arc<Self>,
    target: Guard,
    (left, unmentioned): (Guard, Guard),
    #[cfg(unix)]
    _permit: Permit,
    formatted: Guard,
) -> Result<(), ApiError> {
    #[allow(unused_imports)]
    use ::events::__private::{self as __events, NotKnown as _, Silent as _};
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
    fn __events_href<
        __EventsValue: __events::Designates + ?__events::core::marker::Sized,
    >(value: &__EventsValue) -> __events::Cow<'_, __events::core::primitive::str> {
        const {
            let _ = __events::check_event(
                <__EventsValue as __events::Designates>::DECLARATION,
                "nuvlabox.reboot",
                "nuvlabox",
                "reboot",
            );
        }
        __events::href(value)
    }
    let mut __events_call = __events::Call::new(&__EVENTS_DECLARATION);
    if let __events::Option::Some(__events_opening) = __events_call.opening() {
        __events_opening.resource(__events_href(&(&target.id)));
    }
    __events_call
        .drive(
            __events::pin!(
                async move { if false { return __events::never:: < Result < (), ApiError
                > > (); } let _ = & formatted; #[cfg(unix)]
                #[allow(clippy::used_underscore_binding)] let _ = & _permit; let _ = &
                left; let _ = & target; let _ = & self; '__events_body : { target
                .go(left, format!("{formatted:?}")) } }
            ),
            <Result<(), ApiError> as __events::Refusable>::refused,
            __events::Read::Told([
                __events::Says::<Result<(), ApiError>>::WHOLE,
                __events::Says::<Result<(), ApiError>>::OK,
                __events::Says::<Result<(), ApiError>>::ERROR,
                __events::Says::<Result<(), ApiError>>::SHOWN,
                __events::Says::<Result<(), ApiError>>::FAILED,
            ]),
        )
        .await
}
