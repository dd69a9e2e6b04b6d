#[derive(Debug)]
pub struct DeploymentSet {
    pub id: Href<DeploymentSet>,
    pub name: String,
}
const _: () = {
    static __EVENTS_DECLARATION: ::events::__private::ResourceDeclaration = ::events::__private::ResourceDeclaration::new(::events::__private::ResourceSpec {
        resource_type: "deployment-set",
        struct_name: "DeploymentSet",
        operations: ::events::__private::Option::None,
        category: ::events::__private::Option::None,
        severity: ::events::__private::Option::None,
        enabled: true,
        location: ::events::__private::location!(),
    });
    ::events::__private::inventory::submit! {
        ::events::__private::Registration::Resource(& __EVENTS_DECLARATION)
    }
    #[automatically_derived]
    impl ::events::__private::Resource for DeploymentSet {
        const DECLARATION: &'static ::events::__private::ResourceDeclaration = &__EVENTS_DECLARATION;
    }
    #[automatically_derived]
    impl ::events::__private::Designates for DeploymentSet {
        type Resource = Self;
        const DECLARATION: ::events::__private::Option<
            &'static ::events::__private::ResourceDeclaration,
        > = ::events::__private::Option::Some(
            <Self as ::events::__private::Resource>::DECLARATION,
        );
        fn href(
            &self,
        ) -> ::events::__private::Cow<'_, ::events::__private::core::primitive::str> {
            ::events::__private::Designates::href(&self.id)
        }
    }
    impl<
        const __O: ::events::__private::core::primitive::u64,
    > ::events::__private::Declares<15314972492922505247u64, __O> for DeploymentSet {}
    impl<__D> ::events::__private::demands::Defaults<__D> for DeploymentSet {}
};
