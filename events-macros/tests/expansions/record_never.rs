#[automatically_derived]
impl ::events::__private::Record for Never {
    fn record(&self, recorder: &mut ::events::__private::Recorder<'_>) {
        let _ = recorder;
        match *self {}
    }
}
