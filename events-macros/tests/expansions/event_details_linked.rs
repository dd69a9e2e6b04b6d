const _: () = {
    static __EVENTS_DECLARATION: ::events::__private::EventDeclaration = ::events::__private::EventDeclaration::new(
        ::events::__private::EventSpec::direct(
                "deployment.state-changed",
                "deployment",
                "state-changed",
                "StateChanged",
                ::events::__private::module_path!(),
                ::events::__private::env!("CARGO_PKG_NAME"),
            )
            .details(
                &[
                    ::events::__private::DetailField {
                        name: "new-state",
                        type_name: ::events::__private::Option::Some("String"),
                        required: true,
                    },
                    ::events::__private::DetailField {
                        name: "parameter",
                        type_name: ::events::__private::Option::Some(
                            "Option<Href<Parameter>>",
                        ),
                        required: false,
                    },
                ],
            ),
    );
    ::events::__private::inventory::submit! {
        ::events::__private::Registration::Event(& __EVENTS_DECLARATION)
    }
    const _: ::events::__private::core::primitive::usize = ::events::__private::check_all(
        ::events::__private::Option::Some(
            <Deployment as ::events::__private::Resource>::DECLARATION,
        ),
        "deployment.state-changed",
        "deployment",
        "state-changed",
        &["new-state", "parameter"],
    );
    #[automatically_derived]
    impl ::events::__private::EventDetails for StateChanged {
        const DECLARATION: &'static ::events::__private::EventDeclaration = &__EVENTS_DECLARATION;
        fn record(&self, details: &mut ::events::__private::Details<'_>) {
            details.field("new-state", &self.new_state);
            details.field("parameter", &self.parameter);
        }
        fn linked(&self, links: &mut ::events::__private::Links<'_>) {
            if let ::events::__private::Option::Some(resource) = &self.parameter {
                ::events::__private::Links::link(links, resource);
            }
            ::events::__private::Links::link(links, &self.module);
        }
    }
    #[automatically_derived]
    impl ::events::__private::EventFor<Deployment> for StateChanged {}
};
