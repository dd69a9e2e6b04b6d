pub struct Billing;
const _: () = {
    static __EVENTS_DECLARATION: ::events::__private::CategoryDeclaration = ::events::__private::CategoryDeclaration::new(::events::__private::CategorySpec {
        name: "billing",
        details: &[
            ::events::__private::DetailField {
                name: "amount",
                type_name: ::events::__private::Option::Some("u64"),
                required: true,
            },
            ::events::__private::DetailField {
                name: "currency",
                type_name: ::events::__private::Option::None,
                required: false,
            },
            ::events::__private::DetailField {
                name: "note",
                type_name: ::events::__private::Option::Some("Option<String>"),
                required: false,
            },
        ],
        location: ::events::__private::location!(),
    });
    ::events::__private::inventory::submit! {
        ::events::__private::Registration::Category(& __EVENTS_DECLARATION)
    }
    #[automatically_derived]
    impl ::events::__private::Category for Billing {
        const DECLARATION: &'static ::events::__private::CategoryDeclaration = &__EVENTS_DECLARATION;
    }
    impl ::events::__private::demands::Demanding for Billing {
        type Details = (::events::__private::demands::Name<9301057475299076457u64>, ());
    }
};
