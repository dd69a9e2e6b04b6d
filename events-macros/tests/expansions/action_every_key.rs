async fn update(name: String, options: Options, other: Href<Nuvlabox>) -> Answer {
    static __EVENTS_DECLARATION: ::events::__private::EventDeclaration = ::events::__private::EventDeclaration::new(::events::__private::EventSpec {
        event_type: "deployment.update",
        resource_type: "deployment",
        operation: "update",
        category: ::events::__private::Option::Some(
            ::events::__private::CategoryRef::Declared(
                <Billing as ::events::__private::Category>::DECLARATION,
            ),
        ),
        subcategory: ::events::__private::Option::Some("maintenance"),
        severity: ::events::__private::Option::Some(::events::__private::Severity::Low),
        details: &[
            ::events::__private::DetailField {
                name: "release",
                type_name: ::events::__private::Option::Some("u32"),
                required: true,
            },
            ::events::__private::DetailField {
                name: "name",
                type_name: ::events::__private::Option::Some("String"),
                required: true,
            },
            ::events::__private::DetailField {
                name: "size",
                type_name: ::events::__private::Option::Some("usize"),
                required: true,
            },
            ::events::__private::DetailField {
                name: "note",
                type_name: ::events::__private::Option::Some("Option<String>"),
                required: false,
            },
        ],
        message: ::events::__private::Option::Some(
            &[
                ::events::__private::MessagePart::Caller,
                ::events::__private::MessagePart::Text(" updated "),
                ::events::__private::MessagePart::Resource,
                ::events::__private::MessagePart::Text(" to "),
                ::events::__private::MessagePart::Detail("release"),
            ],
        ),
        version: ::events::__private::Option::Some(2u32),
        mandatory: true,
        allow_anon: true,
        function: ::events::__private::concat!(
            ::events::__private::module_path!(), "::", "update"
        ),
        location: ::events::__private::location!(),
        payload: ::events::__private::PayloadChoice {
            request: true,
            outcome: true,
            changed: true,
        },
        deferred: ::events::__private::Option::Some(::events::__private::Deferred {
            within: ::events::__private::Option::Some(
                ::events::__private::core::time::Duration::from_secs(90u64),
            ),
        }),
        on_nested_failure: ::events::__private::NestedFailure::Continue,
        ..::events::__private::EventSpec::ACTION
    });
    const _: ::events::__private::core::primitive::usize = ::events::__private::check_demands(
        <Billing as ::events::__private::Category>::DECLARATION,
        &["release", "name", "size", "note"],
    );
    ::events::__private::inventory::submit! {
        ::events::__private::Registration::Event(& __EVENTS_DECLARATION)
    }
    #[diagnostic::on_unimplemented(
        message = "event `deployment.update` is none of a `{Self}` [EVT054]",
        label = "not its resource type, or not an operation that it declares",
        note = "write an event that `{Self}` declares, or name the resource that is meant with `resource = <expression>`"
    )]
    trait DeclaresDeploymentUpdate {
        fn check(_: ::events::__private::Of<Self>) {}
    }
    #[diagnostic::do_not_recommend]
    impl<
        __EventsResource: ::events::__private::Declares<
                8399889108057408510u64,
                11578024777410741332u64,
            > + ?::events::__private::core::marker::Sized,
    > DeclaresDeploymentUpdate for __EventsResource {}
    let mut __events_call = ::events::__private::Call::in_context(
        &__EVENTS_DECLARATION,
        ::events::__private::asked::GivesContext::context(&context(&app)),
    );
    if let ::events::__private::Result::Err(__events_refused) = __events_call
        .room()
        .await
    {
        return {
            let __events_ask: fn(_) -> _ = read::refused;
            ::events::__private::asked::AskRefused::<
                Answer,
            >::refused(
                ::events::__private::asked::Refusing::<_, Answer>::by(__events_ask),
                __events_refused,
            )
        };
    }
    if let ::events::__private::Option::Some(__events_opening) = __events_call.opening()
    {
        __events_opening
            .resource(
                match ::events::__private::Designates::__events_named(
                    &find(&name, 1 + 1),
                ) {
                    (__events_href, __events_named) => {
                        #[allow(unused_imports)]
                        use ::events::__private::NotNamed as _;
                        let __events_named = __events_named.of();
                        DeclaresDeploymentUpdate::check(__events_named);
                        __events_href
                    }
                },
            );
        __events_opening
            .linked(&::events::__private::Designates::href(&&options.credential));
        __events_opening.linked(&::events::__private::Designates::href(&other));
        __events_opening.tag("eu");
        __events_opening.tag("billing");
        {
            let __events_value: &u32 = &options.release;
            __events_opening.detail("release", __events_value);
        }
        __events_opening.detail("name", &name);
        {
            let __events_value: &usize = &name.len();
            __events_opening.detail("size", __events_value);
        }
        {
            let __events_value: &Option<String> = &None;
            __events_opening.detail("note", __events_value);
        }
        __events_opening.request("options", &options);
    }
    let __events_body = ::events::__private::pin!(
        async move { if false { return ::events::__private::never:: < Answer > (); } let
        _ = & other; let _ = & options; let _ = & name; '__events_body : {
        update_it(name, options, other). await } }
    );
    if let ::events::__private::Result::Err(__events_refused) = __events_call
        .begin()
        .await
    {
        return {
            let __events_ask: fn(_) -> _ = read::refused;
            ::events::__private::asked::AskRefused::<
                Answer,
            >::refused(
                ::events::__private::asked::Refusing::<_, Answer>::by(__events_ask),
                __events_refused,
            )
        };
    }
    let __events_out: Answer = __events_call.run(__events_body).await;
    {
        let __events_ask: fn(_) -> _ = read::outcome;
        __events_call
            .ended(
                ::events::__private::asked::AskEnding::<
                    &Answer,
                >::ending(__events_ask, &__events_out),
            );
    }
    if __events_call.wants_outcome() {
        if let ::events::__private::Option::Some(__events_value) = <Answer as ::events::__private::asked::OutcomeValue>::value(
            &__events_out,
        ) {
            __events_call.outcome(__events_value);
        }
    }
    __events_call.finish().await;
    __events_out
}
