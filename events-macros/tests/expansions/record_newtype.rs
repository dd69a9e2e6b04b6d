#[automatically_derived]
impl ::events::__private::Record for JobId {
    fn record(&self, recorder: &mut ::events::__private::Recorder<'_>) {
        ::events::__private::Record::record(&self.0, recorder);
    }
    fn is_absent(&self) -> ::events::__private::core::primitive::bool {
        ::events::__private::Record::is_absent(&self.0)
    }
}
