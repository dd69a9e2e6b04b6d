#[automatically_derived]
impl ::events::__private::Record for JobId {
    fn record(&self, recorder: &mut ::events::__private::Recorder<'_>) {
        ::events::__private::Record::record(&self.0, recorder);
    }
}
