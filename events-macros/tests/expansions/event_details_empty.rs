const _: () = {
    static __EVENTS_DECLARATION: ::events::__private::EventDeclaration = ::events::__private::EventDeclaration::new(::events::__private::EventSpec {
        event_type: "session.expired",
        resource_type: "session",
        operation: "expired",
        function: ::events::__private::concat!(
            ::events::__private::module_path!(), "::", "Expired"
        ),
        location: ::events::__private::location!(),
        ..::events::__private::EventSpec::DIRECT
    });
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
