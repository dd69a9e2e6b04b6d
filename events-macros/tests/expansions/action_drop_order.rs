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
        ),
    );
    __events::inventory::submit! {
        __events::Registration::Event(& __EVENTS_DECLARATION)
    }
    #[diagnostic::on_unimplemented(
        message = "event `nuvlabox.reboot` is none of a `{Self}` [EVT054]",
        label = "not its resource type, or not an operation that it declares",
        note = "write an event that `{Self}` declares, or name the resource that is meant with `resource = <expression>`"
    )]
    trait DeclaresNuvlaboxReboot {
        fn check(_: __events::Of<Self>) {}
    }
    #[diagnostic::do_not_recommend]
    impl<
        __EventsResource: __events::Declares<
                15341005444215567826u64,
                9616425428636798040u64,
            > + ?__events::core::marker::Sized,
    > DeclaresNuvlaboxReboot for __EventsResource {}
    let mut __events_call = __events::Call::new(&__EVENTS_DECLARATION);
    if let __events::Option::Some(__events_opening) = __events_call.opening() {
        __events_opening
            .resource(
                match __events::Designates::__events_named(&(&target.id)) {
                    (__events_href, __events_named) => {
                        let __events_named = __events_named.of();
                        DeclaresNuvlaboxReboot::check(__events_named);
                        __events_href
                    }
                },
            );
    }
    __events_call
        .drive(
            __events::pin!(
                async move { if false { return __events::never:: < Result < (), ApiError
                > > (); } let _ = & formatted; #[allow(clippy::used_underscore_binding)]
                let _ = & __unnamed4; #[cfg(unix)]
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
