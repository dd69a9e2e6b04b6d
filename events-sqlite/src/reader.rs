//! Searching and reading a store beside the process that writes to it.

use std::{
    collections::HashSet,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use events_core::{
    Aggregation, BoxFuture, Buckets, Bytes, Count, EventId, Filter, Found, JournalError, Page, Partition, Query,
    Search, SearchError, Seq, Sequenced, Viewer,
};

use crate::{
    error::StoreError,
    event_keys::KeyDeriver,
    find::View,
    journal_file::JournalFile,
    journal_row::JournalRow,
    key_hash::KeyHasher,
    lock::lock,
    options::Options,
    pool::Pool,
    read::Gap,
    reading::Reading,
    searcher::{Searcher, Viewable},
    segment::Segment,
    tail::Tail,
    writer::events_of,
};

/// A store that is only read, also while another process writes to it. Every call sees what is
/// acknowledged when it begins.
///
/// ```
/// use events_core::Seq;
/// use events_sqlite::SqliteStore;
///
/// # let folder = tempfile::tempdir()?;
/// # let folder = folder.path();
/// let writing = SqliteStore::open(folder)?;
/// let reading = SqliteStore::open_read_only(folder)?;
/// assert!(reading.read(Seq(1), 10, usize::MAX)?.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SqliteReader {
    source: Arc<Source>,
    searcher: Searcher<Source>,
}

/// What a reader knows of the store.
struct Source {
    folder: PathBuf,
    deriver: KeyDeriver,
    reading: Arc<Reading>,
    known: Mutex<Known>,
}

struct Known {
    file: JournalFile,
    tail: Tail,
    sealed_through: Seq,
    last_seq: Seq,
    segments: Arc<[Arc<Segment>]>,
    /// Rows of the journal that cannot be read, and that the writer has not set aside.
    damaged: Vec<Gap>,
}

impl SqliteReader {
    pub(crate) fn open(folder: &Path) -> Result<Self, JournalError> {
        let known = Known::nothing(folder)?;
        let meta = known.file.meta()?;
        let source = Arc::new(Source {
            folder: folder.to_owned(),
            deriver: KeyDeriver::new(KeyHasher::new(&meta.hash_key)),
            reading: Arc::new(Reading::new(&Options::new())),
            known: Mutex::new(known),
        });
        let pool = Arc::new(Pool::start(2)?);
        Ok(Self { searcher: Searcher::new(Arc::clone(&source), pool, None), source })
    }

    /// Events in the order of their numbers, like [`Journal::read`](events_core::Journal::read). Blocks.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn read(&self, from: Seq, limit: usize, bytes: usize) -> Result<Vec<Sequenced>, JournalError> {
        Ok(self.source.retrying(|view| view.read(from, limit, bytes))?)
    }
}

impl fmt::Debug for SqliteReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteReader").field("folder", &self.source.folder).finish_non_exhaustive()
    }
}

impl Known {
    /// An open file of which nothing was read.
    fn nothing(folder: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            file: JournalFile::open_read_only(folder)?,
            tail: Tail::new(Options::new().segment_events),
            sealed_through: Seq(0),
            last_seq: Seq(0),
            segments: Arc::default(),
            damaged: Vec::new(),
        })
    }

    /// Learns what the writer has done since the last time.
    fn refresh(&mut self, source: &Source) -> Result<View, StoreError> {
        loop {
            let view = self.read(source);
            if !self.file.is_outlived() {
                return view;
            }
            // What was read without its lock may be of two states.
            self.segments.iter().for_each(|segment| source.reading.files.forget(segment.row.number));
            *self = Self::nothing(&source.folder)?;
        }
    }

    fn read(&mut self, source: &Source) -> Result<View, StoreError> {
        self.file.begin_read()?;
        let result = self.read_changes(source).and_then(|()| self.file.gaps());
        // Nothing was written, so nothing is lost.
        self.file.rollback();
        let mut gaps = result?;
        gaps.extend(self.damaged.iter().cloned());
        Ok(View { segments: Arc::clone(&self.segments), tail: self.tail.view(), gaps: gaps.into() })
    }

    fn read_changes(&mut self, source: &Source) -> Result<(), StoreError> {
        let rows = self.file.segments()?;
        let same = rows.iter().map(|row| row.number).eq(self.segments.iter().map(|segment| segment.row.number));
        if !same {
            let known = |number| self.segments.iter().find(|segment| segment.row.number == number).cloned();
            let segment = |row: crate::segment::SegmentRow| {
                known(row.number).unwrap_or_else(|| Arc::new(Segment::read_only(row, &source.folder, &source.reading)))
            };
            let segments: Arc<[Arc<Segment>]> = rows.into_iter().map(segment).collect();
            let listed: HashSet<u64> = segments.iter().map(|segment| segment.row.number).collect();
            let gone = self.segments.iter().filter(|segment| !listed.contains(&segment.row.number));
            // An open file keeps its space although it is removed.
            gone.for_each(|segment| source.reading.files.forget(segment.row.number));
            self.segments = segments;
        }
        let sealed_through = self.file.meta()?.sealed_through;
        if sealed_through != self.sealed_through {
            self.tail = Tail::new(Options::new().segment_events);
            self.damaged.clear();
            self.sealed_through = sealed_through;
            self.last_seq = sealed_through;
        }
        for row in self.file.rows(self.last_seq.next())? {
            self.last_seq = row.last_seq;
            match events_of(&row) {
                Ok(events) => self.tail.push(events),
                Err(why) => {
                    let JournalRow { first_seq: first, last_seq: last, .. } = row;
                    tracing::error!(%first, %last, %why, "damaged events of the journal are left out");
                    self.damaged.push(Gap { first, last, journal: source.folder.join("journal.db") });
                }
            }
        }
        Ok(())
    }
}

impl Viewable for Source {
    fn view(&self) -> Result<View, StoreError> {
        lock(&self.known).refresh(self)
    }

    fn document(&self, id: EventId) -> Result<Option<Bytes>, StoreError> {
        self.retrying(|view| view.any_document(id))
    }

    fn deriver(&self) -> &KeyDeriver {
        &self.deriver
    }

    fn search_limit(&self) -> Duration {
        Options::new().search_limit
    }
}

impl Search for SqliteReader {
    fn get<'s>(
        &'s self,
        id: EventId,
        viewer: &'s Viewer,
        within: Option<Duration>,
    ) -> BoxFuture<'s, Result<Option<Found>, SearchError>> {
        self.searcher.get(id, viewer, within)
    }

    fn search<'s>(&'s self, query: &'s Query) -> BoxFuture<'s, Result<Page, SearchError>> {
        self.searcher.search(query)
    }

    fn count<'s>(
        &'s self,
        filter: &'s Filter,
        viewer: &'s Viewer,
        within: Option<Duration>,
    ) -> BoxFuture<'s, Result<Count, SearchError>> {
        self.searcher.count(filter, viewer, within)
    }

    fn aggregate<'s>(&'s self, aggregation: &'s Aggregation) -> BoxFuture<'s, Result<Buckets, SearchError>> {
        self.searcher.aggregate(aggregation)
    }

    fn partitions(&self) -> BoxFuture<'_, Result<Vec<Partition>, SearchError>> {
        self.searcher.partitions()
    }
}
