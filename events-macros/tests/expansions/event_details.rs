const _: () = {
    static __EVENTS_DECLARATION: ::events::__private::EventDeclaration = ::events::__private::EventDeclaration::new(
        ::events::__private::EventSpec::direct(
                "nuvlabox.state-changed",
                "nuvlabox",
                "state-changed",
                "NuvlaboxStateChanged",
                ::events::__private::module_path!(),
                ::events::__private::env!("CARGO_PKG_NAME"),
            )
            .category(::events::__private::CategoryRef::BuiltIn("state"))
            .details(
                &[
                    ::events::__private::DetailField {
                        name: "old-state",
                        type_name: ::events::__private::Option::Some("Option<String>"),
                        required: false,
                    },
                    ::events::__private::DetailField {
                        name: "new-state",
                        type_name: ::events::__private::Option::Some("String"),
                        required: true,
                    },
                    ::events::__private::DetailField {
                        name: "by-whom",
                        type_name: ::events::__private::Option::Some("String"),
                        required: true,
                    },
                ],
            )
            .message(
                &[
                    ::events::__private::MessagePart::Resource,
                    ::events::__private::MessagePart::Text(" is now "),
                    ::events::__private::MessagePart::Detail("new-state"),
                ],
            ),
    );
    ::events::__private::inventory::submit! {
        ::events::__private::Registration::Event(& __EVENTS_DECLARATION)
    }
    const _: ::events::__private::core::primitive::usize = ::events::__private::check_event(
        ::events::__private::Option::Some(
            <Nuvlabox as ::events::__private::Resource>::DECLARATION,
        ),
        "nuvlabox.state-changed",
        "nuvlabox",
        "state-changed",
    );
    #[automatically_derived]
    impl ::events::__private::EventDetails for NuvlaboxStateChanged {
        const DECLARATION: &'static ::events::__private::EventDeclaration = &__EVENTS_DECLARATION;
        fn record(&self, details: &mut ::events::__private::Details<'_>) {
            details.field("old-state", &self.old_state);
            details.field("new-state", &self.new_state);
            details.field("by-whom", &self.user);
        }
    }
    #[automatically_derived]
    impl ::events::__private::EventFor<Nuvlabox> for NuvlaboxStateChanged {}
};
