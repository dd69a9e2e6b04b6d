async fn update(name: String, options: Options, other: Href<Nuvlabox>) -> Answer {
    #[allow(unused_imports)]
    use ::events::__private::{self as __events, NotNamed as _};
    static __EVENTS_DECLARATION: __events::EventDeclaration = __events::EventDeclaration::new(
        __events::EventSpec::action(
                "deployment.update",
                "deployment",
                "update",
                "update",
                __events::module_path!(),
                __events::env!("CARGO_PKG_NAME"),
            )
            .category(
                __events::CategoryRef::Declared(
                    <Billing as __events::Category>::DECLARATION,
                ),
            )
            .subcategory("maintenance")
            .severity(__events::Severity::Low)
            .details(
                &[
                    __events::DetailField {
                        name: "release",
                        type_name: __events::Option::Some("u32"),
                        required: true,
                    },
                    __events::DetailField {
                        name: "name",
                        type_name: __events::Option::Some("String"),
                        required: true,
                    },
                    __events::DetailField {
                        name: "size",
                        type_name: __events::Option::Some("usize"),
                        required: true,
                    },
                    __events::DetailField {
                        name: "note",
                        type_name: __events::Option::Some("Option<String>"),
                        required: false,
                    },
                ],
            )
            .message(
                &[
                    __events::MessagePart::Caller,
                    __events::MessagePart::Text(" updated "),
                    __events::MessagePart::Resource,
                    __events::MessagePart::Text(" to "),
                    __events::MessagePart::Detail("release"),
                ],
            )
            .version(2u32)
            .mandatory()
            .allow_anon()
            .payload_request()
            .payload_outcome()
            .payload_changed()
            .deferred_within(90u64)
            .on_nested_failure(__events::NestedFailure::Continue),
    );
    __events::inventory::submit! {
        __events::Registration::Event(& __EVENTS_DECLARATION)
    }
    const _: __events::core::primitive::usize = __events::check_demands(
        <Billing as __events::Category>::DECLARATION,
        &["release", "name", "size", "note"],
    );
    enum EventDeploymentUpdate {}
    impl __events::fits::Event for EventDeploymentUpdate {
        type Key = __events::fits::Key<8399889108057408510u64, 11578024777410741332u64>;
    }
    let mut __events_call = __events::Call::in_context(
        &__EVENTS_DECLARATION,
        __events::asked::GivesContext::context(&context(&app)),
    );
    if let __events::Result::Err(__events_refused) = __events_call.room().await {
        return {
            let __events_ask: fn(_) -> _ = read::refused;
            __events::asked::AskRefused::<
                Answer,
            >::refused(
                __events::asked::Refusing::<_, Answer>::by(__events_ask),
                __events_refused,
            )
        };
    }
    if let __events::Option::Some(__events_opening) = __events_call.opening() {
        let __events_of = match __events::Designates::__events_named(
            &find(&name, 1 + 1),
        ) {
            (__events_href, __events_named) => {
                let __events_named = __events_named.of();
                __events::fits::Fits::<EventDeploymentUpdate>::check({ __events_named });
                __events_opening.resource(__events_href);
                __events_named
            }
        };
        __events_opening.linked(&__events::Designates::href(&&options.credential));
        __events_opening.linked(&__events::Designates::href(&other));
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
    __events_call
        .drive(
            async move {
                if false {
                    return __events::never::<Answer>();
                }
                let _ = &other;
                let _ = &options;
                let _ = &name;
                '__events_body: { update_it(name, options, other).await }
            },
            |__events_refused| {
                let __events_ask: fn(_) -> _ = read::refused;
                __events::asked::AskRefused::<
                    Answer,
                >::refused(
                    __events::asked::Refusing::<_, Answer>::by(__events_ask),
                    __events_refused,
                )
            },
            __events::Read::By(|__events_call, __events_out| {
                {
                    let __events_ask: fn(_) -> _ = read::outcome;
                    __events_call
                        .ended(
                            __events::asked::AskEnding::<
                                &Answer,
                            >::ending(__events_ask, __events_out),
                        );
                }
                if __events_call.wants_outcome() {
                    if let __events::Option::Some(__events_value) = <Answer as __events::asked::OutcomeValue>::value(
                        __events_out,
                    ) {
                        __events_call.outcome(__events_value);
                    }
                }
            }),
        )
        .await
}
