//! Opening a store: what a crash left half done is undone, what is durable is found again.

use std::{collections::HashSet, fs, path::Path, sync::Arc};

use events_core::Seq;

use crate::{
    error::StoreError,
    event_keys::KeyDeriver,
    journal_file::JournalFile,
    key_hash::KeyHasher,
    lock::FolderLock,
    open_files::OpenFiles,
    options::Options,
    segment::{Segment, SegmentRow},
    shared::{Shared, State},
    step::Step,
    tail::Tail,
    writer::{OpenOperations, Writer, events_of},
};

pub(crate) fn open(folder: &Path, options: Options) -> Result<Shared, StoreError> {
    let segments_folder = folder.join("segments");
    fs::create_dir_all(&segments_folder).map_err(|error| StoreError::io(&segments_folder, error))?;
    let lock = FolderLock::take(folder)?;
    let observer = options.observer.clone();
    observer.at(Step::StartLocked);
    let file = JournalFile::open(folder)?;
    let meta = file.meta()?;
    observer.at(Step::StartJournalOpened);

    let mut open = OpenOperations::of_table(file.open_operations()?);
    let mut tail = Tail::new(options.segment_events);
    for row in file.rows(Seq(0))? {
        match events_of(&row) {
            Ok(events) => {
                events.iter().for_each(|event| open.stored(event.seq, event.id, event.kind));
                tail.push(events);
            }
            Err(why) => {
                let (first, last) = (row.first_seq, row.last_seq);
                tracing::error!(%first, %last, %why, "damaged events of the journal are set aside");
                file.set_row_aside(first)?;
            }
        }
    }
    observer.at(Step::StartReplayed);

    let rows = file.segments()?;
    remove_unregistered(&segments_folder, &rows)?;
    observer.at(Step::StartCleared);

    let last_seq = file.last_seq()?.max(Some(meta.sealed_through)).unwrap_or_default();
    let files = Arc::new(OpenFiles::default());
    let segments = rows.into_iter().map(|row| Arc::new(Segment::new(row, folder, &files))).collect();
    let deriver = KeyDeriver::new(KeyHasher::new(&meta.hash_key));
    let writer = Writer::new(file, lock, last_seq.next(), meta.next_segment, open);
    Ok(Shared::new(options, folder.to_owned(), deriver, files, writer, State::new(tail, segments, last_seq)))
}

/// Removes segment files that the journal does not know: of an unfinished sealing, whose events are still
/// in the journal, or of a finished merging, whose events are in the merged segment.
fn remove_unregistered(segments_folder: &Path, rows: &[SegmentRow]) -> Result<(), StoreError> {
    let store = segments_folder.parent().unwrap_or(segments_folder);
    let registered: HashSet<_> = rows.iter().map(|row| row.path(store)).collect();
    let failed = |error| StoreError::io(segments_folder, error);
    for month in fs::read_dir(segments_folder).map_err(failed)? {
        let month = month.map_err(failed)?.path();
        if !month.is_dir() {
            continue;
        }
        for file in fs::read_dir(&month).map_err(failed)? {
            let file = file.map_err(failed)?.path();
            let is_segment = file.extension().is_some_and(|extension| extension == "segment");
            if is_segment && !registered.contains(&file) {
                fs::remove_file(&file).map_err(failed)?;
            }
        }
    }
    Ok(())
}
