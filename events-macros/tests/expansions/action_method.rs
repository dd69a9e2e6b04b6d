async fn start(&self, jobs: &Jobs) -> Result<JobId, Error> {
    #[allow(unused_imports)]
    use ::events::__private::{self as __events, Silent as _};
    static __EVENTS_DECLARATION: __events::EventDeclaration = __events::EventDeclaration::new(
        __events::EventSpec::action(
                "deployment.start",
                "deployment",
                "start",
                "start",
                __events::module_path!(),
                __events::env!("CARGO_PKG_NAME"),
            )
            .deferred_within(3600u64),
    );
    __events::inventory::submit! {
        __events::Registration::Event(& __EVENTS_DECLARATION)
    }
    {
        trait DeclaresDeploymentStart {
            const EVENT: __events::core::primitive::usize;
        }
        impl<
            __V: __events::Designates<Resource: __events::fits::OneType>
                + ?__events::core::marker::Sized,
        > DeclaresDeploymentStart for __events::fits::Named<__V> {
            const EVENT: __events::core::primitive::usize = __events::check_all(
                <__V as __events::Designates>::DECLARATION,
                "deployment.start",
                "deployment",
                "start",
                &[],
            );
        }
        match 0 {
            <__events::fits::Named<Self> as DeclaresDeploymentStart>::EVENT => {}
            _ => {}
        }
    }
    let mut __events_call = __events::Call::new(&__EVENTS_DECLARATION);
    if let __events::Option::Some(__events_opening) = __events_call.opening() {
        __events_opening.resource(__events::Designates::href(&self));
    }
    __events_call
        .drive(
            async move {
                if false {
                    return __events::never::<Result<JobId, Error>>();
                }
                let _ = &jobs;
                '__events_body: { jobs.start(&self.id).await }
            },
            <Result<JobId, Error> as __events::Refusable>::refused,
            __events::Read::Told([
                __events::Says::<Result<JobId, Error>>::OK,
                __events::Says::<Result<JobId, Error>>::ERROR,
                __events::Says::<Result<JobId, Error>>::SHOWN,
                __events::Says::<Result<JobId, Error>>::WHOLE,
            ]),
        )
        .await
}
