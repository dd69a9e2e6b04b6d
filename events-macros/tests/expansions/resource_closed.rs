struct Deployed {
    href: Href<Deployed>,
}
const _: () = {
    static __EVENTS_DECLARATION: ::events::__private::ResourceDeclaration = ::events::__private::ResourceDeclaration::new(::events::__private::ResourceSpec {
        resource_type: "deployment",
        struct_name: "Deployed",
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
    impl ::events::__private::Declares<8399889108057408510u64, 364128186323757887u64>
    for Deployed {}
    impl ::events::__private::Declares<8399889108057408510u64, 2689258586380191556u64>
    for Deployed {}
    impl ::events::__private::Declares<8399889108057408510u64, 4206689019978932209u64>
    for Deployed {}
    impl ::events::__private::Declares<8399889108057408510u64, 6295518891895646363u64>
    for Deployed {}
    impl ::events::__private::Declares<8399889108057408510u64, 10052347292639181516u64>
    for Deployed {}
    impl ::events::__private::Declares<8399889108057408510u64, 12618894948741332165u64>
    for Deployed {}
    impl ::events::__private::Declares<8399889108057408510u64, 15198678202947909123u64>
    for Deployed {}
    impl ::events::__private::Declares<8399889108057408510u64, 15950807426765542364u64>
    for Deployed {}
    impl ::events::__private::Declares<8399889108057408510u64, 15961587099070238008u64>
    for Deployed {}
    impl ::events::__private::Declares<8399889108057408510u64, 16648614959733859924u64>
    for Deployed {}
    impl ::events::__private::Declares<8399889108057408510u64, 17176051324315051295u64>
    for Deployed {}
    impl ::events::__private::Declares<8399889108057408510u64, 17581608054750041354u64>
    for Deployed {}
    impl<__D> ::events::__private::demands::Defaults<__D> for Deployed {}
};
