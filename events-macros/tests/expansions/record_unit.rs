#[automatically_derived]
impl ::events::__private::Record for Nothing {
    fn record(&self, recorder: &mut ::events::__private::Recorder<'_>) {
        recorder
            .object(|object| {
                let _ = object;
            });
    }
}
