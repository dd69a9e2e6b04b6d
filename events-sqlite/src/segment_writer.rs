//! Writing a segment file.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

use events_core::EventId;

use crate::{
    bloom::Bloom,
    checksum::checksum,
    codec::Put,
    error::StoreError,
    footer::{DocumentBlock, Footer, MAGIC, Region, trailer},
    key_hash::KeyHash,
    own_id,
    packing::Packing,
    place::{self, PLACES_PER_BLOCK, Place},
    posting,
    unregistered::UNFINISHED,
    values::Values,
};

/// Documents a block: 32 would take six percent more space, 128 twice the time to read one of them (measured).
const BLOCK_DOCUMENTS: usize = 64;
/// Bytes of documents after which a block ends although it has fewer.
const BLOCK_BYTES: usize = 256 << 10;
/// Bytes after which a page of keys ends.
const PAGE_BYTES: usize = 8_000;
/// Positions in a page of ids.
pub(crate) const IDS_PER_PAGE: usize = 256;

/// Writes a segment: documents, then keys ascending, then the rest.
pub(crate) struct SegmentWriter {
    path: PathBuf,
    file: BufWriter<File>,
    offset: u64,
    documents: Documents,
    keys: KeyPages,
    blocks: Vec<DocumentBlock>,
    key_pages: Vec<(KeyHash, Region)>,
    events: usize,
    dictionary: Region,
    dictionary_unpacked: usize,
}

struct Documents {
    compressor: zstd::bulk::Compressor<'static>,
    lengths: Vec<usize>,
    bytes: Vec<u8>,
    written: u32,
}

#[derive(Default)]
struct KeyPages {
    keys: Vec<KeyHash>,
    page_keys: usize,
    postings: Vec<u8>,
    scratch: Vec<u8>,
}

impl SegmentWriter {
    /// Begins a segment of so many events in a new file, which gets its name when it is durable.
    pub(crate) fn create(path: &Path, events: usize, packing: &Packing) -> Result<Self, StoreError> {
        let failed = |error| StoreError::io(path, error);
        let unfinished = path.with_extension(UNFINISHED);
        let file = BufWriter::with_capacity(256 << 10, File::create(unfinished).map_err(failed)?);
        let compressor = packing.compressor().map_err(StoreError::failed)?;
        let mut writer = Self {
            path: path.to_owned(),
            file,
            offset: 0,
            documents: Documents { compressor, lengths: Vec::new(), bytes: Vec::new(), written: 0 },
            keys: KeyPages::default(),
            blocks: Vec::new(),
            key_pages: Vec::new(),
            events,
            dictionary: Region { offset: 0, length: 0, checksum: 0 },
            dictionary_unpacked: packing.dictionary.len(),
        };
        writer.write(&MAGIC)?;
        let dictionary = Packing::pack(&packing.dictionary).map_err(StoreError::failed)?;
        writer.dictionary = writer.write(&dictionary)?;
        Ok(writer)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<Region, StoreError> {
        self.file.write_all(bytes).map_err(|error| StoreError::io(&self.path, error))?;
        let region = Region { offset: self.offset, length: bytes.len(), checksum: checksum(bytes) };
        self.offset += bytes.len() as u64;
        Ok(region)
    }

    /// Adds the next document, of the event with this id.
    pub(crate) fn document(&mut self, document: &[u8], id: EventId) -> Result<(), StoreError> {
        self.add_document(document.len(), |bytes| own_id::strip(document, id, bytes))
    }

    /// Adds the next document as another segment has it.
    pub(crate) fn stored_document(&mut self, stored: &[u8]) -> Result<(), StoreError> {
        self.add_document(stored.len(), |bytes| bytes.extend_from_slice(stored))
    }

    fn add_document(&mut self, about: usize, add: impl FnOnce(&mut Vec<u8>)) -> Result<(), StoreError> {
        if self.documents.bytes.len() + about > BLOCK_BYTES {
            self.end_block()?;
        }
        let documents = &mut self.documents;
        let before = documents.bytes.len();
        add(&mut documents.bytes);
        documents.lengths.push(documents.bytes.len() - before);
        if documents.lengths.len() == BLOCK_DOCUMENTS {
            self.end_block()?;
        }
        Ok(())
    }

    /// Ends the block of the documents added so far.
    pub(crate) fn end_block(&mut self) -> Result<(), StoreError> {
        let documents = &mut self.documents;
        if documents.lengths.is_empty() {
            return Ok(());
        }
        let mut unpacked = Vec::with_capacity(documents.bytes.len() + 2 * documents.lengths.len() + 2);
        unpacked.put_varint(documents.lengths.len() as u64);
        documents.lengths.iter().for_each(|length| unpacked.put_varint(*length as u64));
        unpacked.extend_from_slice(&documents.bytes);
        let packed = documents.compressor.compress(&unpacked).map_err(StoreError::failed)?;
        let first = documents.written;
        documents.written += documents.lengths.len() as u32;
        documents.lengths.clear();
        documents.bytes.clear();
        let region = self.write(&packed)?;
        self.blocks.push(DocumentBlock { first, region, unpacked: unpacked.len() });
        Ok(())
    }

    /// Adds the next key, larger than those before, with its ascending positions.
    pub(crate) fn key(&mut self, key: KeyHash, positions: &[u16]) -> Result<(), StoreError> {
        let keys = &mut self.keys;
        posting::encode(positions, self.events, &mut keys.scratch, &mut keys.postings);
        keys.keys.push(key);
        keys.page_keys += 1;
        if keys.page_keys * 16 + keys.postings.len() >= PAGE_BYTES {
            self.end_page()?;
        }
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), StoreError> {
        let keys = &mut self.keys;
        let page_keys = &keys.keys[keys.keys.len() - keys.page_keys..];
        let Some(first) = page_keys.first().copied() else { return Ok(()) };
        let mut page = Vec::with_capacity(2 + 16 * page_keys.len() + keys.postings.len());
        // A page has at most PAGE_BYTES / 17 keys.
        page.put_u16(page_keys.len() as u16);
        page_keys.iter().for_each(|key| page.put_u128(key.0));
        page.append(&mut keys.postings);
        keys.page_keys = 0;
        let region = self.write(&page)?;
        self.key_pages.push((first, region));
        Ok(())
    }

    /// Ends the segment with its places, by position, and values. Returns its size; nothing is durable yet.
    pub(crate) fn finish(mut self, places: &[Place], values: &Values) -> Result<Written, StoreError> {
        self.end_block()?;
        self.end_page()?;
        let mut place_blocks = Vec::new();
        let mut bytes = Vec::new();
        for block in places.chunks(PLACES_PER_BLOCK) {
            bytes.clear();
            place::encode(block, &mut bytes);
            place_blocks.push((block[0].cursor, self.write(&bytes)?));
        }
        let mut by_id: Vec<(EventId, u16)> = places.iter().map(|place| place.cursor.id).zip(0u16..=u16::MAX).collect();
        by_id.sort_unstable();
        let mut id_pages = Vec::new();
        for page in by_id.chunks(IDS_PER_PAGE) {
            bytes.clear();
            page.iter().for_each(|(_, position)| bytes.put_u16(*position));
            id_pages.push((page[0].0, self.write(&bytes)?));
        }
        let unpacked = values.encode();
        let packed = Packing::pack(&unpacked).map_err(StoreError::failed)?;
        let values = self.write(&packed)?;
        self.keys.keys.extend(by_id.iter().map(|(id, _)| KeyHash::of_id(*id)));
        let filter = Bloom::of(&self.keys.keys).write();
        let filter = self.write(&filter)?;
        let footer = Footer {
            events: places.len(),
            documents: std::mem::take(&mut self.blocks),
            keys: std::mem::take(&mut self.key_pages),
            places: place_blocks,
            ids: id_pages,
            values,
            values_unpacked: unpacked.len(),
            filter,
            dictionary: self.dictionary,
            dictionary_unpacked: self.dictionary_unpacked,
        };
        let region = self.write(&footer.encode())?;
        self.write(&trailer(region))?;
        self.file.flush().map_err(|error| StoreError::io(&self.path, error))?;
        Ok(Written { bytes: self.offset, file: self.file, path: self.path })
    }
}

/// A segment that is written, not durable.
pub(crate) struct Written {
    pub(crate) bytes: u64,
    file: BufWriter<File>,
    path: PathBuf,
}

impl Written {
    /// Makes it durable, with its name.
    pub(crate) fn sync(self) -> Result<(), StoreError> {
        let failed = |error| StoreError::io(&self.path, error);
        self.file.get_ref().sync_all().map_err(failed)?;
        fs::rename(self.path.with_extension(UNFINISHED), &self.path).map_err(failed)?;
        self.path.parent().map_or(Ok(()), sync_folder)
    }
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    // Only on Unix can a folder be opened as a file.
    if cfg!(unix) {
        File::open(folder).and_then(|file| file.sync_all()).map_err(|error| StoreError::io(folder, error))?;
    }
    Ok(())
}
