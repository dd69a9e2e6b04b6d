struct Deployed {
    href: Href<Deployed>,
}
const _: () = {
    static __EVENTS_DECLARATION: ::events::__private::ResourceDeclaration = ::events::__private::ResourceDeclaration::new(::events::__private::ResourceSpec {
        resource_type: "deployment",
        operations: ::events::__private::Option::Some(
            &["start", "stop", "state-changed"],
        ),
        category: ::events::__private::Option::Some(
            ::events::__private::CategoryRef::BuiltIn("action"),
        ),
        severity: ::events::__private::Option::Some(::events::__private::Severity::Low),
        enabled: false,
        location: ::events::__private::location!(),
    });
    ::events::__private::inventory::submit! {
        ::events::__private::Registration::Resource(& __EVENTS_DECLARATION)
    }
    #[automatically_derived]
    impl ::events::__private::Resource for Deployed {
        const DECLARATION: &'static ::events::__private::ResourceDeclaration = &__EVENTS_DECLARATION;
    }
    #[automatically_derived]
    impl ::events::__private::Designates for Deployed {
        type Resource = Self;
        const DECLARATION: ::events::__private::Option<
            &'static ::events::__private::ResourceDeclaration,
        > = ::events::__private::Option::Some(
            <Self as ::events::__private::Resource>::DECLARATION,
        );
        fn href(
            &self,
        ) -> ::events::__private::Cow<'_, ::events::__private::core::primitive::str> {
            ::events::__private::Designates::href(&self.href)
        }
    }
};
