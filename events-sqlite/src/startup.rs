//! Opening a store: what a crash left half done is undone, what is durable is found again.

use std::{collections::HashSet, fs, path::Path, sync::Arc};

use events_core::Seq;

use crate::{
    error::StoreError,
    event_keys::KeyDeriver,
    journal_file::JournalFile,
    key_hash::KeyHasher,
    lock::FolderLock,
    options::Options,
    reading::Reading,
    segment::Segment,
    shared::{Shared, State},
    step::Step,
    tail::Tail,
    unregistered::{Known, SegmentFiles},
    writer::{OpenOperations, Writer, events_of},
};

pub(crate) fn open(folder: &Path, options: Options) -> Result<Shared, StoreError> {
    let segments_folder = folder.join("segments");
    fs::create_dir_all(&segments_folder).map_err(|error| StoreError::io(&segments_folder, error))?;
    let lock = FolderLock::take(folder)?;
    let observer = options.observer.clone();
    observer.at(Step::StartLocked);
    let segment_files = SegmentFiles::list(&segments_folder)?;
    let file = match &segment_files.segments[..] {
        [] => JournalFile::open(folder)?,
        _ => JournalFile::open_of_segments(folder)?,
    };
    let meta = file.meta()?;
    observer.at(Step::StartJournalOpened);

    let mut open = OpenOperations::of_table(file.open_operations()?, file.noted()?);
    let mut tail = Tail::new(options.segment_events);
    let mut in_journal = HashSet::new();
    let mut damaged = Vec::new();
    for row in file.rows(Seq(0))? {
        match events_of(&row) {
            Ok(events) => {
                events.iter().for_each(|event| open.stored(event.seq, event.id, event.kind));
                in_journal.extend(events.iter().map(|event| (event.seq, event.id)));
                tail.push(events);
            }
            Err(why) => damaged.push((row.first_seq, row.last_seq, why)),
        }
    }
    observer.at(Step::StartReplayed);

    let reading = Arc::new(Reading::new(&options));
    let segments: Vec<Arc<Segment>> =
        file.segments()?.into_iter().map(|row| Arc::new(Segment::new(row, folder, &reading))).collect();
    // By a start before this one, which may have got no further.
    let set_aside = file.gaps()?.into_iter().map(|gap| (gap.first, gap.last));
    let known = Known {
        folder,
        segments: &segments,
        next_segment: meta.next_segment,
        obsolete: &file.obsolete()?,
        in_journal: &in_journal,
        unreadable: damaged.iter().map(|(first, last, _)| (*first, *last)).chain(set_aside).collect(),
    };
    // First it is clear that the journal is the one of this folder, then something is changed.
    let clearing = known.judge(segment_files)?;
    for (first, last, why) in damaged {
        file.set_row_aside(first)?;
        tracing::error!(%first, %last, %why, "damaged events of the journal are set aside");
    }
    clearing.carry_out()?;
    file.forget_obsolete()?;
    observer.at(Step::StartCleared);

    let gaps = file.gaps()?;
    let last_seq = file.last_seq()?.max(Some(meta.sealed_through)).unwrap_or_default();
    let deriver = KeyDeriver::new(KeyHasher::new(&meta.hash_key));
    let writer = Writer::new(file, lock, last_seq.next(), meta.next_segment, open);
    Ok(Shared::new(options, folder.to_owned(), deriver, reading, writer, State::new(tail, segments, gaps, last_seq)))
}
