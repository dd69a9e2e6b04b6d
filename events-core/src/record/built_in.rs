//! What can be recorded without further ado: scalars, strings, hrefs, collections, pointers to them.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use super::{Record, Recorder};
use crate::{
    href::{AnyHref, Href},
    id::EventId,
    identity::Claim,
    timestamp::Timestamp,
};

macro_rules! record_integers {
    ($method:ident as $wide:ty: $($integer:ty),*) => { $(
        impl Record for $integer {
            fn record(&self, recorder: &mut Recorder<'_>) {
                recorder.$method(<$wide>::from(*self));
            }
        }
    )* };
}
record_integers!(unsigned as u64: u8, u16, u32, u64);
record_integers!(signed as i64: i8, i16, i32, i64);
record_integers!(number as f64: f32, f64);

impl Record for usize {
    fn record(&self, recorder: &mut Recorder<'_>) {
        recorder.unsigned(*self as u64);
    }
}

impl Record for isize {
    fn record(&self, recorder: &mut Recorder<'_>) {
        recorder.signed(*self as i64);
    }
}

impl Record for bool {
    fn record(&self, recorder: &mut Recorder<'_>) {
        recorder.bool(*self);
    }
}

impl Record for () {
    fn record(&self, recorder: &mut Recorder<'_>) {
        recorder.null();
    }
}

impl Record for char {
    fn record(&self, recorder: &mut Recorder<'_>) {
        recorder.string(self.encode_utf8(&mut [0; 4]));
    }
}

impl Record for Duration {
    /// Milliseconds.
    fn record(&self, recorder: &mut Recorder<'_>) {
        recorder.unsigned(u64::try_from(self.as_millis()).unwrap_or(u64::MAX));
    }
}

macro_rules! record_as_string {
    ($($string:ty => $text:expr),* $(,)?) => { $(
        impl Record for $string {
            fn record(&self, recorder: &mut Recorder<'_>) {
                let text: fn(&$string) -> &str = $text;
                recorder.string(text(self));
            }
        }
    )* };
}
record_as_string!(
    str => |text| text,
    String => String::as_str,
    AnyHref => AnyHref::as_str,
    Claim => Claim::as_str,
);

impl<R: ?Sized> Record for Href<R> {
    fn record(&self, recorder: &mut Recorder<'_>) {
        recorder.string(self.as_str());
    }
}

macro_rules! record_displayed {
    ($($displayed:ty),*) => { $(
        impl Record for $displayed {
            fn record(&self, recorder: &mut Recorder<'_>) {
                recorder.string(&self.to_string());
            }
        }
    )* };
}
record_displayed!(EventId, Timestamp, IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr);

impl<T: Record> Record for Option<T> {
    fn record(&self, recorder: &mut Recorder<'_>) {
        match self {
            Some(value) => value.record(recorder),
            None => recorder.null(),
        }
    }

    fn is_absent(&self) -> bool {
        self.as_ref().is_none_or(Record::is_absent)
    }
}

macro_rules! record_as_pointee {
    ($($pointer:ty),*) => { $(
        impl<T: Record + ?Sized> Record for $pointer {
            fn record(&self, recorder: &mut Recorder<'_>) {
                T::record(self, recorder);
            }

            fn is_absent(&self) -> bool {
                T::is_absent(self)
            }
        }
    )* };
}
record_as_pointee!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);

impl<T: Record + ToOwned + ?Sized> Record for Cow<'_, T> {
    fn record(&self, recorder: &mut Recorder<'_>) {
        T::record(self, recorder);
    }
}

impl<T: Record> Record for [T] {
    fn record(&self, recorder: &mut Recorder<'_>) {
        recorder.array(self.iter().map(|item| item as &dyn Record));
    }
}

impl<T: Record, const N: usize> Record for [T; N] {
    fn record(&self, recorder: &mut Recorder<'_>) {
        self.as_slice().record(recorder);
    }
}

macro_rules! record_collections {
    ($($collection:ty),*) => { $(
        impl<T: Record> Record for $collection {
            fn record(&self, recorder: &mut Recorder<'_>) {
                recorder.array(self.iter().map(|item| item as &dyn Record));
            }
        }
    )* };
}
record_collections!(Vec<T>, VecDeque<T>, BTreeSet<T>);

impl<T: Record, S> Record for HashSet<T, S> {
    fn record(&self, recorder: &mut Recorder<'_>) {
        recorder.array(self.iter().map(|item| item as &dyn Record));
    }
}

impl<K: AsRef<str>, T: Record> Record for BTreeMap<K, T> {
    fn record(&self, recorder: &mut Recorder<'_>) {
        recorder.object(|object| self.iter().for_each(|(key, value)| object.field(key.as_ref(), value)));
    }
}

impl<K: AsRef<str>, T: Record, S> Record for HashMap<K, T, S> {
    fn record(&self, recorder: &mut Recorder<'_>) {
        let mut entries: Vec<_> = self.iter().map(|(key, value)| (key.as_ref(), value)).collect();
        entries.sort_unstable_by_key(|(key, _)| *key);
        recorder.object(|object| entries.into_iter().for_each(|(key, value)| object.field(key, value)));
    }
}
