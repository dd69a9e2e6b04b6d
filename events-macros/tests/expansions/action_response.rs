async fn delete(Path(id): Path<Href<Nuvlabox>>) -> impl IntoResponse {
    #[allow(unused_imports)]
    use ::events::__private::{self as __events, NotKnown as _};
    static __EVENTS_DECLARATION: __events::EventDeclaration = __events::EventDeclaration::new(
        __events::EventSpec::action(
            "nuvlabox.delete",
            "nuvlabox",
            "delete",
            "delete",
            __events::module_path!(),
            __events::env!("CARGO_PKG_NAME"),
        ),
    );
    __events::inventory::submit! {
        __events::Registration::Event(& __EVENTS_DECLARATION)
    }
    let _: [(); __events::check_all(
        __events::Known::<Href<Nuvlabox>>::DECLARATION,
        "nuvlabox.delete",
        "nuvlabox",
        "delete",
        &[],
    )] = [];
    let mut __events_call = __events::Call::new(&__EVENTS_DECLARATION);
    if let __events::Option::Some(__events_opening) = __events_call.opening() {
        __events_opening.resource(__events::Designates::href(&id));
    }
    __events_call
        .drive(
            __events::axum::responding(async move {
                '__events_body: { StatusCode::NO_CONTENT }
            }),
            __events::axum::refused,
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
