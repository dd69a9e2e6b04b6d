async fn reboot<'a, T, const N: usize>(
    id: &'a Href<T>,
    mut items: Vec<T>,
    by: impl Fn(&T) -> bool,
) -> Result<&'a str, ApiError>
where
    T: Resource,
{
    static __EVENTS_DECLARATION: ::events::__private::EventDeclaration = ::events::__private::EventDeclaration::new(::events::__private::EventSpec {
        event_type: "nuvlabox.reboot",
        resource_type: "nuvlabox",
        operation: "reboot",
        details: &[
            ::events::__private::DetailField {
                name: "count",
                type_name: ::events::__private::Option::Some("usize"),
                required: true,
            },
        ],
        function: ::events::__private::concat!(
            ::events::__private::module_path!(), "::", "reboot"
        ),
        location: ::events::__private::location!(),
        ..::events::__private::EventSpec::ACTION
    });
    ::events::__private::inventory::submit! {
        ::events::__private::Registration::Event(& __EVENTS_DECLARATION)
    }
    fn __events_href<
        __EventsValue: ::events::__private::Designates
            + ?::events::__private::core::marker::Sized,
    >(
        value: &__EventsValue,
    ) -> ::events::__private::Cow<'_, ::events::__private::core::primitive::str> {
        const {
            let _ = ::events::__private::check_event(
                <__EventsValue as ::events::__private::Designates>::DECLARATION,
                "nuvlabox.reboot",
                "nuvlabox",
                "reboot",
            );
        }
        ::events::__private::Designates::href(value)
    }
    let mut __events_call = ::events::__private::Call::new(&__EVENTS_DECLARATION);
    if let ::events::__private::Option::Some(__events_opening) = __events_call.opening()
    {
        __events_opening.resource(__events_href(&id));
        {
            let __events_value: &usize = &items.len();
            __events_opening.detail("count", __events_value);
        }
    }
    let __events_body = ::events::__private::pin!(
        async move { if false { return ::events::__private::never:: < Result < & 'a str,
        ApiError > > (); } let _ = & by; let _ = & items; let _ = & id; '__events_body :
        { items.retain(by); Ok(id.as_str()) } }
    );
    if let ::events::__private::Result::Err(__events_refused) = __events_call
        .begin()
        .await
    {
        return <Result<
            &'a str,
            ApiError,
        > as ::events::__private::Refusable>::refused(__events_refused);
    }
    let __events_out: Result<&'a str, ApiError> = __events_call.run(__events_body).await;
    {
        use ::events::__private::probe::*;
        __events_call
            .ended(
                (&&&&&&&&::events::__private::Probe(&__events_out)).__events_ending(),
            );
    }
    __events_call.finish().await;
    __events_out
}
