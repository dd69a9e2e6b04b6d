async fn reboot<'a, T, const N: usize>(
    id: &'a Href<T>,
    mut items: Vec<T>,
    by: impl Fn(&T) -> bool,
) -> Result<&'a str, ApiError>
where
    T: Resource,
{
    #[allow(unused_imports)]
    use ::events::__private::{self as __events, Silent as _};
    static __EVENTS_DECLARATION: __events::EventDeclaration = __events::EventDeclaration::new(
        __events::EventSpec::action(
                "nuvlabox.reboot",
                "nuvlabox",
                "reboot",
                "reboot",
                __events::module_path!(),
                __events::env!("CARGO_PKG_NAME"),
            )
            .details(
                &[
                    __events::DetailField {
                        name: "count",
                        type_name: __events::Option::Some("usize"),
                        required: true,
                    },
                ],
            ),
    );
    __events::inventory::submit! {
        __events::Registration::Event(& __EVENTS_DECLARATION)
    }
    fn __events_href<
        __EventsValue: __events::Designates + ?__events::core::marker::Sized,
    >(value: &__EventsValue) -> __events::Cow<'_, __events::core::primitive::str> {
        const {
            let _ = __events::check_all(
                <__EventsValue as __events::Designates>::DECLARATION,
                "nuvlabox.reboot",
                "nuvlabox",
                "reboot",
                &["count"],
            );
        }
        __events::Designates::href(value)
    }
    let mut __events_call = __events::Call::new(&__EVENTS_DECLARATION);
    if let __events::Option::Some(__events_opening) = __events_call.opening() {
        __events_opening.resource(__events_href(&id));
        {
            let __events_value: &usize = &items.len();
            __events_opening.detail("count", __events_value);
        }
    }
    __events_call
        .drive(
            async move {
                if false {
                    return __events::never::<Result<&'a str, ApiError>>();
                }
                let _ = &by;
                let _ = &items;
                let _ = &id;
                '__events_body: {
                    items.retain(by);
                    Ok(id.as_str())
                }
            },
            <Result<&'a str, ApiError> as __events::Refusable>::refused,
            __events::Read::Told([
                __events::Says::<Result<&'a str, ApiError>>::OK,
                __events::Says::<Result<&'a str, ApiError>>::ERROR,
                __events::Says::<Result<&'a str, ApiError>>::SHOWN,
                __events::Says::<Result<&'a str, ApiError>>::WHOLE,
            ]),
        )
        .await
}
