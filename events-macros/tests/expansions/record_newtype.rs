#[automatically_derived]
impl ::events::__private::Record for JobId {
    fn record(&self, recorder: &mut ::events::__private::Recorder<'_>) {
        <u32 as ::events::__private::Record>::record(&self.0, recorder);
    }
    fn is_absent(&self) -> ::events::__private::core::primitive::bool {
        <u32 as ::events::__private::Record>::is_absent(&self.0)
    }
}
