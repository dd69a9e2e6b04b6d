async fn reboot(
    id: Href<Nuvlabox>,
    #[cfg(feature = "extra")]
    extra: u32,
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
            )
            .details(
                &[
                    #[cfg(feature = "extra")]
                    __events::DetailField {
                        name: "extra",
                        type_name: __events::Option::Some("u32"),
                        required: true,
                    },
                    __events::DetailField {
                        name: "always",
                        type_name: __events::Option::Some("u8"),
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
        &[#[cfg(feature = "extra")] "extra", "always"],
    )] = [];
    let mut __events_call = __events::Call::new(&__EVENTS_DECLARATION);
    if let __events::Option::Some(__events_opening) = __events_call.opening() {
        __events_opening.resource(__events::Designates::href(&id));
        #[cfg(feature = "extra")] __events_opening.detail("extra", &extra);
        __events_opening.detail("always", &1u8);
    }
    __events_call
        .drive(
            async move {
                if false {
                    return __events::never::<Result<(), ApiError>>();
                }
                #[cfg(feature = "extra")]
                let _ = &extra;
                '__events_body: {
                    #[cfg(feature = "extra")] drop(extra);
                    Ok(())
                }
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
