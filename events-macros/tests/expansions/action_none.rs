async fn switch(group: String) -> Result<(), ApiError> {
    #[allow(unused_imports)]
    use ::events::__private::{self as __events, Silent as _};
    static __EVENTS_DECLARATION: __events::EventDeclaration = __events::EventDeclaration::new(
        __events::EventSpec::action(
            "session.switch-group",
            "session",
            "switch-group",
            "switch",
            __events::module_path!(),
            __events::env!("CARGO_PKG_NAME"),
        ),
    );
    __events::inventory::submit! {
        __events::Registration::Event(& __EVENTS_DECLARATION)
    }
    let mut __events_call = __events::Call::new(&__EVENTS_DECLARATION);
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
