const _: () = {
    static __EVENTS_DECLARATION: audit::api::__private::EventDeclaration = audit::api::__private::EventDeclaration::new(
        audit::api::__private::EventSpec::direct(
                "job.finished",
                "job",
                "finished",
                "Finished",
                audit::api::__private::module_path!(),
                audit::api::__private::env!("CARGO_PKG_NAME"),
            )
            .severity(audit::api::__private::Severity::Low)
            .details(
                &[
                    audit::api::__private::DetailField {
                        name: "name",
                        type_name: audit::api::__private::Option::Some("&'a str"),
                        required: true,
                    },
                    audit::api::__private::DetailField {
                        name: "result",
                        type_name: audit::api::__private::Option::Some("T"),
                        required: true,
                    },
                ],
            )
            .version(3u32)
            .mandatory(),
    );
    audit::api::__private::inventory::submit! {
        audit::api::__private::Registration::Event(& __EVENTS_DECLARATION)
    }
    #[automatically_derived]
    impl<'a, T: Clone> audit::api::__private::EventDetails for Finished<'a, T>
    where
        T: audit::api::__private::Record,
    {
        const DECLARATION: &'static audit::api::__private::EventDeclaration = &__EVENTS_DECLARATION;
        fn record(&self, details: &mut audit::api::__private::Details<'_>) {
            details.field("name", &self.name);
            details.field("result", &self.result);
        }
    }
    #[automatically_derived]
    impl<
        'a,
        T: Clone,
        __EventsResource: ?audit::api::__private::core::marker::Sized,
    > audit::api::__private::EventFor<__EventsResource> for Finished<'a, T>
    where
        T: audit::api::__private::Record,
    {}
};
