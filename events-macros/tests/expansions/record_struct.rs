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
impl<T> ::events::__private::demands::Records<16670875219814968292u64>
for RebootOptions<T>
where
    T: ::events::__private::Record,
{}
impl<T> ::events::__private::demands::Records<7917030923906183006u64>
for RebootOptions<T>
where
    T: ::events::__private::Record,
{}
impl<T> ::events::__private::demands::Records<12075340201627130925u64>
for RebootOptions<T>
where
    T: ::events::__private::Record,
{}
