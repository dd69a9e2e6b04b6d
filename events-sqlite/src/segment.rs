//! Reading a sealed segment.

use std::{
    fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use events_core::{Bytes, Cursor, EventId, Month, Seq, Timestamp};

use crate::{
    block::Block,
    bloom::Bloom,
    checksum::checksum,
    codec::{Decoder, Malformed},
    delays::Delays,
    error::StoreError,
    footer::{self, Footer, Packed, Region, TRAILER},
    key_hash::KeyHash,
    open_files::read_at,
    packing::{PackedDictionary, Unpacking},
    place::{self, PLACES_PER_BLOCK, Place},
    positions::Positions,
    posting::Posting,
    reading::Reading,
    segment_writer::IDS_PER_PAGE,
    tables::Tables,
    values::Values,
};

/// What the journal knows of a segment: enough to see that a search need not read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SegmentRow {
    pub(crate) number: u64,
    pub(crate) month: Month,
    pub(crate) events: usize,
    pub(crate) bytes: u64,
    pub(crate) first_seq: Seq,
    pub(crate) last_seq: Seq,
    pub(crate) oldest: Cursor,
    pub(crate) newest: Cursor,
    pub(crate) first_id: EventId,
    pub(crate) last_id: EventId,
}

impl SegmentRow {
    /// The file, below the folder of the store.
    pub(crate) fn path(&self, folder: &Path) -> PathBuf {
        path(folder, self.month, self.number)
    }

    pub(crate) fn of(number: u64, month: Month, bytes: u64, places: &[Place]) -> Self {
        let seqs = places.iter().map(|place| place.seq);
        let ids = places.iter().map(|place| place.cursor.id);
        let nothing = Cursor { timestamp: Timestamp::MIN, id: EventId::from_u128(0) };
        Self {
            number,
            month,
            events: places.len(),
            bytes,
            first_seq: seqs.clone().min().unwrap_or_default(),
            last_seq: seqs.max().unwrap_or_default(),
            oldest: places.first().map_or(nothing, |place| place.cursor),
            newest: places.last().map_or(nothing, |place| place.cursor),
            first_id: ids.clone().min().unwrap_or(nothing.id),
            last_id: ids.max().unwrap_or(nothing.id),
        }
    }
}

/// The folder of a month's segments.
pub(crate) fn month_folder(folder: &Path, month: Month) -> PathBuf {
    folder.join("segments").join(month.to_string())
}

fn path(folder: &Path, month: Month, number: u64) -> PathBuf {
    month_folder(folder, month).join(format!("{number:08}.segment"))
}

/// A sealed segment. Its tables are read when they are first needed.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) row: SegmentRow,
    path: PathBuf,
    reading: Arc<Reading>,
    damage: OnceLock<String>,
    /// The first and the last number of each block of places, once the segment was read by number.
    numbers: OnceLock<Box<[RangeInclusive<Seq>]>>,
    /// Whether this process may rename the file.
    access: Access,
    /// Set once nothing refers to the file any more: it goes with the last search that reads it.
    obsolete: AtomicBool,
}

/// What a process may do to the file of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Write,
    Read,
}

impl Segment {
    /// Of the process that writes: it sets damaged files aside.
    pub(crate) fn new(row: SegmentRow, folder: &Path, reading: &Arc<Reading>) -> Self {
        Self::with_access(row, folder, reading, Access::Write)
    }

    /// Of a process beside the one that writes.
    pub(crate) fn read_only(row: SegmentRow, folder: &Path, reading: &Arc<Reading>) -> Self {
        Self::with_access(row, folder, reading, Access::Read)
    }

    fn with_access(row: SegmentRow, folder: &Path, reading: &Arc<Reading>, access: Access) -> Self {
        let path = row.path(folder);
        Self {
            row,
            path,
            reading: Arc::clone(reading),
            damage: OnceLock::new(),
            numbers: OnceLock::new(),
            access,
            obsolete: AtomicBool::new(false),
        }
    }

    /// Whether an id lies among its own.
    pub(crate) fn spans_id(&self, id: EventId) -> bool {
        self.row.first_id <= id && id <= self.row.last_id
    }

    pub(crate) fn is_damaged(&self) -> bool {
        self.damage.get().is_some()
    }

    /// The file goes once nobody reads it.
    pub(crate) fn make_obsolete(&self) {
        self.obsolete.store(true, Ordering::Release);
    }

    /// Sets the file aside, once, and answers with what is told to everybody who needs it.
    fn damaged(&self, why: impl ToString) -> StoreError {
        let why = self.damage.get_or_init(|| {
            let why = why.to_string();
            if self.access == Access::Read {
                return why;
            }
            self.reading.files.forget(self.row.number);
            self.reading.tables.forget(self.row.number);
            let aside =
                (1..).map(|index| self.path.with_extension(format!("damaged-{index}"))).find(|path| !path.exists());
            let renamed = aside.as_ref().map(|aside| fs::rename(&self.path, aside));
            let (segment, events) = (self.path.display(), self.row.events);
            match renamed {
                Some(Ok(())) => tracing::error!(%segment, events, %why, ?aside, "a damaged segment is set aside"),
                _ => tracing::error!(%segment, events, %why, ?renamed, "a segment is damaged or missing"),
            }
            why
        });
        StoreError::damaged(&self.path, why)
    }

    /// A malformed part of this segment.
    fn checked<T>(&self, result: Result<T, Malformed>) -> Result<T, StoreError> {
        result.map_err(|malformed| self.damaged(malformed))
    }

    fn read(&self, offset: u64, length: usize) -> Result<Vec<u8>, StoreError> {
        if let Some(why) = self.damage.get() {
            return Err(StoreError::damaged(&self.path, why));
        }
        // A damaged length must not ask for all memory.
        if length as u64 > self.row.bytes || offset > self.row.bytes {
            return Err(self.damaged("a part lies outside of it"));
        }
        let file = self.reading.files.get(self.row.number, &self.path);
        file.and_then(|file| read_at(&file, offset, length)).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::UnexpectedEof => self.damaged(error),
            _ => StoreError::io(&self.path, error),
        })
    }

    fn region(&self, region: Region) -> Result<Vec<u8>, StoreError> {
        let bytes = self.read(region.offset, region.length)?;
        if checksum(&bytes) != region.checksum {
            return Err(self.damaged(format!("the checksum of {} bytes at {} is wrong", region.length, region.offset)));
        }
        Ok(bytes)
    }

    fn tables(&self) -> Result<Arc<Tables>, StoreError> {
        if let Some(tables) = self.reading.tables.get(self.row.number) {
            return Ok(tables);
        }
        let Some(end) = self.row.bytes.checked_sub(TRAILER as u64) else {
            return Err(self.damaged("it is too short"));
        };
        let footer = self.checked(footer::read_trailer(&self.read(end, TRAILER)?))?;
        let footer = self.checked(Footer::decode(&self.region(footer)?))?;
        if footer.events != self.row.events || footer.places.len() != footer.events.div_ceil(PLACES_PER_BLOCK) {
            return Err(self.damaged("it does not have the events that the journal knows of"));
        }
        let bloom = self.checked(Bloom::read(&self.region(footer.filter)?))?;
        let mut dictionaries = Vec::with_capacity(footer.dictionaries.len());
        for packed in &footer.dictionaries {
            let dictionary = self.read_dictionary(*packed)?;
            let unpacking = self.reading.dictionaries.unpacking(&dictionary);
            dictionaries.push(unpacking.map_err(|error| self.damaged(error))?);
        }
        let tables = Arc::new(Tables { footer, bloom, dictionaries });
        self.reading.tables.put(self.row.number, &tables);
        Ok(tables)
    }

    /// Whether an event may have a key.
    pub(crate) fn may_have(&self, key: KeyHash) -> Result<bool, StoreError> {
        Ok(self.tables()?.bloom.may_have(key))
    }

    /// Whether it may have an event.
    pub(crate) fn may_have_id(&self, id: EventId) -> Result<bool, StoreError> {
        Ok(self.spans_id(id) && self.may_have(KeyHash::of_id(id))?)
    }

    /// What another search found out under this key, or what `find` finds out.
    pub(crate) fn remembered(
        &self,
        key: KeyHash,
        find: impl FnOnce() -> Result<Positions, StoreError>,
    ) -> Result<Arc<Positions>, StoreError> {
        if let Some(found) = self.reading.findings.get(self.row.number, key) {
            return Ok(found);
        }
        let found = Arc::new(find()?);
        self.reading.findings.put(self.row.number, key, &found);
        Ok(found)
    }

    /// The positions of the events that have a key.
    pub(crate) fn having(&self, key: KeyHash) -> Result<Positions, StoreError> {
        let none = Positions::none(self.row.events);
        if !self.may_have(key)? {
            return Ok(none);
        }
        let tables = self.tables()?;
        let keys = &tables.footer.keys;
        let after = keys.partition_point(|(first, _)| *first <= key);
        let Some((_, region)) = after.checked_sub(1).map(|page| keys[page]) else { return Ok(none) };
        let page = self.region(region)?;
        let Some(posting) = self.checked(page_key(&page, key))? else { return Ok(none) };
        match posting.elsewhere() {
            None => self.checked(posting.positions(self.row.events)),
            Some(number) => {
                let list = self.long_list(self.checked(number)?)?;
                let positions = || Posting::read(&mut Decoder::new(&list))?.positions(self.row.events);
                self.checked(positions())
            }
        }
    }

    /// A posting list that stands on its own.
    pub(crate) fn long_list(&self, number: usize) -> Result<Vec<u8>, StoreError> {
        match self.tables()?.footer.long_lists.get(number).copied() {
            Some(region) => self.region(region),
            None => Err(self.damaged("a long posting list is missing")),
        }
    }

    /// How many pages of keys there are.
    pub(crate) fn key_pages(&self) -> Result<usize, StoreError> {
        Ok(self.tables()?.footer.keys.len())
    }

    /// A page of keys, for [`page_keys`].
    pub(crate) fn key_page(&self, page: usize) -> Result<Vec<u8>, StoreError> {
        match self.tables()?.footer.keys.get(page).map(|(_, region)| *region) {
            Some(region) => self.region(region),
            None => Err(self.damaged("a page of keys is missing")),
        }
    }

    pub(crate) fn values(&self) -> Result<Values, StoreError> {
        let values = self.tables()?.footer.values;
        let packed = self.region(values.region)?;
        let unpacked = Unpacking::PLAIN.unpack(&packed, values.unpacked).map_err(|error| self.damaged(error))?;
        self.checked(Values::decode(&unpacked))
    }

    /// The block of places that has a position, and the position of its first.
    pub(crate) fn places(&self, position: usize) -> Result<(usize, Vec<Place>), StoreError> {
        let block = position / PLACES_PER_BLOCK;
        let Some(region) = self.tables()?.footer.places.get(block).map(|(_, region)| *region) else {
            return Err(self.damaged("a block of places is missing"));
        };
        let places = self.checked(place::decode(&self.region(region)?))?;
        let first = block * PLACES_PER_BLOCK;
        if places.len() != PLACES_PER_BLOCK.min(self.row.events - first) {
            return Err(self.damaged("a block of places has a wrong length"));
        }
        Ok((first, places))
    }

    /// The delays of the events of a block of places.
    pub(crate) fn delays(&self, block: usize) -> Result<Delays, StoreError> {
        self.tables()?.footer.delays.get(block).copied().ok_or_else(|| self.damaged("delays are missing"))
    }

    /// When the first and the last event of each block of places happened, with their delays.
    pub(crate) fn happened(&self) -> Result<Vec<(Timestamp, Timestamp, Delays)>, StoreError> {
        let tables = self.tables()?;
        let firsts = tables.footer.places.iter().map(|(first, _)| first.timestamp);
        let lasts = firsts.clone().skip(1).chain([self.row.newest.timestamp]);
        Ok(firsts
            .zip(lasts)
            .zip(tables.footer.delays.iter().copied())
            .map(|((first, last), delays)| (first, last, delays))
            .collect())
    }

    /// Between which numbers the events of each block of places are. They follow each other nearly, but not quite:
    /// places are in the order of time.
    pub(crate) fn numbers(&self) -> Result<&[RangeInclusive<Seq>], StoreError> {
        if let Some(numbers) = self.numbers.get() {
            return Ok(numbers);
        }
        let numbers = (0..self.row.events).step_by(PLACES_PER_BLOCK).map(|first| {
            let (_, places) = self.places(first)?;
            let numbers = places.iter().map(|place| place.seq);
            // No block is empty.
            Ok(numbers.clone().min().unwrap_or_default()..=numbers.max().unwrap_or_default())
        });
        let numbers = numbers.collect::<Result<Box<[_]>, StoreError>>()?;
        Ok(self.numbers.get_or_init(|| numbers))
    }

    /// All places, by position.
    pub(crate) fn all_places(&self) -> Result<Vec<Place>, StoreError> {
        let mut all = Vec::with_capacity(self.row.events);
        while all.len() < self.row.events {
            all.append(&mut self.places(all.len())?.1);
        }
        Ok(all)
    }

    /// The first position whose event is not before `cursor`.
    pub(crate) fn lower_bound(&self, cursor: Cursor) -> Result<usize, StoreError> {
        if cursor <= self.row.oldest {
            return Ok(0);
        }
        if cursor > self.row.newest {
            return Ok(self.row.events);
        }
        let after = self.tables()?.footer.places.partition_point(|(first, _)| *first < cursor);
        let Some(block) = after.checked_sub(1) else { return Ok(0) };
        let (first, places) = self.places(block * PLACES_PER_BLOCK)?;
        Ok(first + places.partition_point(|place| place.cursor < cursor))
    }

    /// The position of an event, by its id.
    pub(crate) fn position_of(&self, id: EventId) -> Result<Option<usize>, StoreError> {
        if !self.may_have_id(id)? {
            return Ok(None);
        }
        let after = self.tables()?.footer.ids.partition_point(|(first, _)| *first <= id);
        let Some((_, region)) =
            after.checked_sub(1).map(|page| self.tables().map(|tables| tables.footer.ids[page])).transpose()?
        else {
            return Ok(None);
        };
        let page = self.region(region)?;
        let (page, _) = page.as_chunks::<2>();
        debug_assert!(page.len() <= IDS_PER_PAGE);
        let mut blocks: Vec<(usize, Vec<Place>)> = Vec::new();
        let (mut low, mut high) = (0, page.len());
        while low < high {
            let middle = low.midpoint(high);
            let position = usize::from(u16::from_le_bytes(page[middle]));
            let first = position - position % PLACES_PER_BLOCK;
            let block = match blocks.iter().position(|(have, _)| *have == first) {
                Some(block) => block,
                None => {
                    blocks.push(self.places(position)?);
                    blocks.len() - 1
                }
            };
            let Some(place) = blocks[block].1.get(position - first) else {
                return Err(self.damaged("an id stands nowhere"));
            };
            match place.cursor.id.cmp(&id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Ok(Some(position)),
            }
        }
        Ok(None)
    }

    /// How many blocks of documents there are.
    pub(crate) fn document_blocks(&self) -> Result<usize, StoreError> {
        Ok(self.tables()?.footer.documents.len())
    }

    /// Which block has a document, and where in it the document stands.
    pub(crate) fn block_of(&self, document: u32) -> Result<(usize, usize), StoreError> {
        let tables = self.tables()?;
        let blocks = &tables.footer.documents;
        let after = blocks.partition_point(|block| block.first <= document);
        match after.checked_sub(1) {
            Some(block) => Ok((block, (document - blocks[block].first) as usize)),
            None => Err(self.damaged("a document is in no block")),
        }
    }

    /// A block of documents.
    pub(crate) fn block(&self, block: usize) -> Result<Block, StoreError> {
        let packed = self.packed_block(block)?;
        let tables = self.tables()?;
        let unpacking = match packed.dictionary {
            None => &Unpacking::PLAIN,
            // That it is there was seen when the footer was read.
            Some(number) => &*tables.dictionaries[number],
        };
        let bytes = unpacking.unpack(&packed.bytes, packed.size.unpacked).map_err(|error| self.damaged(error))?;
        self.checked(Block::new(bytes))
    }

    /// How much a block of documents holds.
    pub(crate) fn block_size(&self, block: usize) -> Result<BlockSize, StoreError> {
        let tables = self.tables()?;
        let blocks = &tables.footer.documents;
        let Some(found) = blocks.get(block) else {
            return Err(self.damaged("a block of documents is missing"));
        };
        // All events have a document.
        let end = blocks.get(block + 1).map_or(self.row.events as u32, |next| next.first);
        Ok(BlockSize { documents: end.saturating_sub(found.first) as usize, unpacked: found.packed.unpacked })
    }

    /// A block of documents as it stands in the file.
    pub(crate) fn packed_block(&self, block: usize) -> Result<PackedBlock, StoreError> {
        let size = self.block_size(block)?;
        let found = self.tables()?.footer.documents[block];
        Ok(PackedBlock { bytes: self.region(found.packed.region)?, size, dictionary: found.dictionary })
    }

    fn read_dictionary(&self, packed: Packed) -> Result<PackedDictionary, StoreError> {
        Ok(PackedDictionary { packed: self.region(packed.region)?, unpacked: packed.unpacked })
    }

    /// The dictionaries that its blocks refer to, by their numbers.
    pub(crate) fn dictionaries(&self) -> Result<Vec<Arc<PackedDictionary>>, StoreError> {
        let tables = self.tables()?;
        let packed = &tables.footer.dictionaries;
        packed.iter().map(|packed| self.read_dictionary(*packed).map(Arc::new)).collect()
    }

    /// The document of a position.
    pub(crate) fn document(&self, position: usize) -> Result<Bytes, StoreError> {
        let (first, places) = self.places(position)?;
        let Some(place) = places.get(position - first) else {
            return Err(self.damaged("a position stands nowhere"));
        };
        let (block, index) = self.block_of(place.document)?;
        self.block(block)?.document(index, place.cursor.id).ok_or_else(|| self.damaged("a document is missing"))
    }

    /// A document that must be in a block is not.
    pub(crate) fn document_missing(&self) -> StoreError {
        self.damaged("a document is missing")
    }

    /// A key page that cannot be read.
    pub(crate) fn malformed(&self, malformed: Malformed) -> StoreError {
        self.damaged(malformed)
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        self.reading.tables.forget(self.row.number);
        if !*self.obsolete.get_mut() {
            return;
        }
        self.reading.files.forget(self.row.number);
        // What stays is removed at the next start.
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(segment = %self.path.display(), %error, "a merged segment could not be removed");
        }
    }
}

/// How much a block of documents holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BlockSize {
    pub(crate) documents: usize,
    /// Bytes when it is unpacked.
    pub(crate) unpacked: usize,
}

/// A block of documents as it stands in the file.
#[derive(Debug)]
pub(crate) struct PackedBlock {
    pub(crate) bytes: Vec<u8>,
    pub(crate) size: BlockSize,
    /// Which of the segment's dictionaries it refers to.
    pub(crate) dictionary: Option<usize>,
}

/// The posting list of a key of a page.
fn page_key(page: &[u8], key: KeyHash) -> Result<Option<Posting<'_>>, Malformed> {
    let mut decoder = Decoder::new(page);
    let count = usize::from(decoder.u16()?);
    let (keys, _) = decoder.take(count * 16)?.as_chunks::<16>();
    let Ok(index) = keys.binary_search_by(|bytes| u128::from_le_bytes(*bytes).cmp(&key.0)) else { return Ok(None) };
    for _ in 0..index {
        Posting::read(&mut decoder)?;
    }
    Posting::read(&mut decoder).map(Some)
}

/// The keys of a page, ascending, and their posting lists.
pub(crate) fn page_keys(page: &[u8]) -> Result<Vec<(KeyHash, Posting<'_>)>, Malformed> {
    let mut decoder = Decoder::new(page);
    let count = usize::from(decoder.u16()?);
    let (keys, _) = decoder.take(count * 16)?.as_chunks::<16>();
    keys.iter().map(|key| Ok((KeyHash(u128::from_le_bytes(*key)), Posting::read(&mut decoder)?))).collect()
}
