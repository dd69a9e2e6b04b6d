const _: () = {
    static __EVENTS_DECLARATION: ::events::__private::EventDeclaration = ::events::__private::EventDeclaration::new(
        ::events::__private::EventSpec::direct(
            "session.expired",
            "session",
            "expired",
            "Expired",
            ::events::__private::module_path!(),
            ::events::__private::env!("CARGO_PKG_NAME"),
        ),
    );
    ::events::__private::inventory::submit! {
        ::events::__private::Registration::Event(& __EVENTS_DECLARATION)
    }
    #[automatically_derived]
    impl ::events::__private::EventDetails for Expired {
        const DECLARATION: &'static ::events::__private::EventDeclaration = &__EVENTS_DECLARATION;
        fn record(&self, details: &mut ::events::__private::Details<'_>) {
            let _ = details;
        }
    }
    #[automatically_derived]
    impl<
        __EventsResource: ?::events::__private::core::marker::Sized,
    > ::events::__private::EventFor<__EventsResource> for Expired {}
};
