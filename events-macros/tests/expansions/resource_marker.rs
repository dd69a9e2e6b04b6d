pub struct Session;
const _: () = {
    static __EVENTS_DECLARATION: audit::api::__private::ResourceDeclaration = audit::api::__private::ResourceDeclaration::new(audit::api::__private::ResourceSpec {
        resource_type: "session",
        struct_name: "Session",
        operations: audit::api::__private::Option::None,
        category: audit::api::__private::Option::Some(
            audit::api::__private::CategoryRef::Declared(
                <Billing as audit::api::__private::Category>::DECLARATION,
            ),
        ),
        severity: audit::api::__private::Option::None,
        enabled: true,
        location: audit::api::__private::location!(),
    });
    audit::api::__private::inventory::submit! {
        audit::api::__private::Registration::Resource(& __EVENTS_DECLARATION)
    }
    #[automatically_derived]
    impl audit::api::__private::Resource for Session {
        const DECLARATION: &'static audit::api::__private::ResourceDeclaration = &__EVENTS_DECLARATION;
    }
    impl<
        const __O: audit::api::__private::core::primitive::u64,
    > audit::api::__private::Declares<4369270734135252951u64, __O> for Session {}
    impl<__D> audit::api::__private::demands::Defaults<__D> for Session
    where
        Billing: audit::api::__private::demands::Demands<__D>,
    {}
};
