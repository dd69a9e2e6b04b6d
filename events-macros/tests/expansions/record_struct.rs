#[automatically_derived]
impl<T> ::events::__private::Record for RebootOptions<T>
where
    T: ::events::__private::Record,
{
    fn record(&self, recorder: &mut ::events::__private::Recorder<'_>) {
        recorder
            .object(|object| {
                object.field("force", &self.force);
                object.field("how-long", &self.duration);
                object.field("type", &self.r#type);
            });
    }
}
