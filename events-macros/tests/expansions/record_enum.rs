#[automatically_derived]
impl audit::api::__private::Record for Progress {
    fn record(&self, recorder: &mut audit::api::__private::Recorder<'_>) {
        match self {
            Self::NotStarted => {
                recorder.string("not-started");
            }
            Self::Percent(value) => {
                recorder
                    .object(|object| {
                        object.field("at", value);
                    });
            }
            Self::FailedWith { recorder: __recorder, .. } => {
                let fields = audit::api::__private::record_with(|recorder| {
                    recorder
                        .object(|object| {
                            object.field("recorder", __recorder);
                        });
                });
                recorder
                    .object(|object| {
                        object.field("failed-with", &fields);
                    })
            }
        }
    }
}
