//! No text panics or takes long, however it is read: as a filter, printed, and asked of events.

#![no_main]

use std::{
    sync::LazyLock,
    time::{Duration, Instant},
};

use events_core::{FilterExpression, Keys, Timestamp, Visibility, conformance::Generator};
use libfuzzer_sys::fuzz_target;

/// A text as long as a request has them; reading it takes a small part of this.
const LONGEST: Duration = Duration::from_millis(50);

static DOCUMENTS: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| Generator::new(1).events(8).iter().map(|entry| entry.document.to_vec()).collect());

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let begun = Instant::now();
    let read = text.parse::<FilterExpression>();
    // Somebody else may have had the processor.
    let is_long = || {
        (0..5).all(|_| {
            let begun = Instant::now();
            let _ = text.parse::<FilterExpression>();
            begun.elapsed() > LONGEST
        })
    };
    assert!(begun.elapsed() <= LONGEST || !is_long(), "it takes longer than {LONGEST:?} to read");
    let Ok(read) = read else { return };
    assert_eq!(read.to_string().parse().as_ref(), Ok(&read), "what is printed reads back");
    let Ok(filter) = read.filter(Timestamp::from_millis(1_773_144_000_000)) else { return };
    for document in DOCUMENTS.iter() {
        let keys = Keys::of(document).expect("generated events are events");
        let [all, part] = [Visibility::Everything, Visibility::Meta].map(|seen| filter.finds(document, &keys, seen));
        assert!(all || !part, "who sees less finds more");
    }
});
