//! Writing a segment file.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use events_core::EventId;

use crate::{
    block::{BLOCK_DOCUMENTS, BlockBuilder},
    bloom::Bloom,
    checksum::checksum,
    codec::Put,
    delays::Delays,
    error::StoreError,
    footer::{DocumentBlock, Footer, MAGIC, Packed, Region, trailer},
    key_hash::KeyHash,
    own_id,
    packing::{PackedDictionary, Packer, pack_alone},
    place::{self, PLACES_PER_BLOCK, Place},
    posting,
    segment::BlockSize,
    unregistered::UNFINISHED,
    values::Values,
};

/// Bytes of documents after which a block ends although it has fewer.
pub(crate) const BLOCK_BYTES: usize = 256 << 10;
/// Bytes after which a page of keys ends.
const PAGE_BYTES: usize = 8_000;
/// Positions in a page of ids.
pub(crate) const IDS_PER_PAGE: usize = 256;

/// Writes a segment: documents, then keys ascending, then the rest.
pub(crate) struct SegmentWriter<'p> {
    path: PathBuf,
    file: BufWriter<File>,
    offset: u64,
    events: usize,
    packer: &'p mut Packer,
    dictionaries: Vec<(Arc<PackedDictionary>, Packed)>,
    documents: Documents,
    blocks: Vec<DocumentBlock>,
    keys: KeyPages,
    key_pages: Vec<(KeyHash, Region)>,
    long_lists: LongLists,
}

/// The documents of the block that is being filled.
#[derive(Default)]
struct Documents {
    block: BlockBuilder,
    /// Those of the blocks before.
    written: u32,
}

#[derive(Default)]
struct KeyPages {
    keys: Vec<KeyHash>,
    page_keys: usize,
    postings: Vec<u8>,
    scratch: Vec<u8>,
}

/// Long posting lists, each once: what one in a hundred events has is often what all of some kind have.
#[derive(Default)]
struct LongLists {
    numbers: HashMap<Vec<u8>, usize>,
    regions: Vec<Region>,
}

impl<'p> SegmentWriter<'p> {
    /// Begins a segment of so many events in a new file, which gets its name when it is durable.
    pub(crate) fn create(path: &Path, events: usize, packer: &'p mut Packer) -> Result<Self, StoreError> {
        let failed = |error| StoreError::io(path, error);
        let unfinished = path.with_extension(UNFINISHED);
        let file = BufWriter::with_capacity(256 << 10, File::create(unfinished).map_err(failed)?);
        let mut writer = Self {
            path: path.to_owned(),
            file,
            offset: 0,
            events,
            packer,
            dictionaries: Vec::new(),
            documents: Documents::default(),
            blocks: Vec::new(),
            keys: KeyPages::default(),
            key_pages: Vec::new(),
            long_lists: LongLists::default(),
        };
        writer.write(&MAGIC)?;
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
        if self.documents.block.bytes() + about > BLOCK_BYTES {
            self.end_block()?;
        }
        self.documents.block.add(add);
        if self.documents.block.documents() == BLOCK_DOCUMENTS {
            self.end_block()?;
        }
        Ok(())
    }

    /// Ends the block of the documents added so far.
    pub(crate) fn end_block(&mut self) -> Result<(), StoreError> {
        let documents = self.documents.block.documents();
        if documents == 0 {
            return Ok(());
        }
        let block = self.documents.block.finish();
        let packed = self.packer.pack(&block).map_err(StoreError::failed)?;
        let dictionary = self.packer.dictionary().cloned();
        self.add_block(&packed, BlockSize { documents, unpacked: block.len() }, dictionary.as_ref())
    }

    /// Adds a block of documents as another segment has it.
    pub(crate) fn packed_block(
        &mut self,
        packed: &[u8],
        size: BlockSize,
        dictionary: Option<&Arc<PackedDictionary>>,
    ) -> Result<(), StoreError> {
        self.end_block()?;
        self.add_block(packed, size, dictionary)
    }

    fn add_block(
        &mut self,
        packed: &[u8],
        size: BlockSize,
        dictionary: Option<&Arc<PackedDictionary>>,
    ) -> Result<(), StoreError> {
        let dictionary = dictionary.map(|dictionary| self.dictionary(dictionary)).transpose()?;
        let first = self.documents.written;
        self.documents.written += size.documents as u32;
        let region = self.write(packed)?;
        self.blocks.push(DocumentBlock { first, packed: Packed { region, unpacked: size.unpacked }, dictionary });
        Ok(())
    }

    /// The number of a dictionary, which is written where it is new.
    fn dictionary(&mut self, dictionary: &Arc<PackedDictionary>) -> Result<usize, StoreError> {
        if let Some(known) =
            self.dictionaries.iter().position(|(known, _)| Arc::ptr_eq(known, dictionary) || known == dictionary)
        {
            return Ok(known);
        }
        let region = self.write(&dictionary.packed)?;
        self.dictionaries.push((Arc::clone(dictionary), Packed { region, unpacked: dictionary.unpacked }));
        Ok(self.dictionaries.len() - 1)
    }

    /// Adds the next key, larger than those before, with its ascending positions.
    pub(crate) fn key(&mut self, key: KeyHash, positions: &[u16]) -> Result<(), StoreError> {
        let mut list = std::mem::take(&mut self.keys.scratch);
        list.clear();
        posting::encode(positions, self.events, &mut list);
        let added = self.key_with_list(key, &list);
        self.keys.scratch = list;
        added
    }

    /// Adds the next key, larger than those before, with what [`posting::encode`] made of its positions.
    pub(crate) fn key_with_list(&mut self, key: KeyHash, list: &[u8]) -> Result<(), StoreError> {
        if list.len() <= posting::LONG {
            self.keys.postings.extend_from_slice(list);
        } else {
            let number = match self.long_lists.numbers.get(list) {
                Some(number) => *number,
                None => {
                    let region = self.write(list)?;
                    self.long_lists.regions.push(region);
                    let number = self.long_lists.numbers.len();
                    self.long_lists.numbers.insert(list.to_vec(), number);
                    number
                }
            };
            posting::encode_long(number, &mut self.keys.postings);
        }
        let keys = &mut self.keys;
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

    /// Ends the segment with its places, by position, with the delays of each, and values. Returns its size;
    /// nothing is durable yet.
    pub(crate) fn finish(mut self, places: &[Place], delays: &[Delays], values: Values) -> Result<Written, StoreError> {
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
        let packed = pack_alone(&unpacked).map_err(StoreError::failed)?;
        let values = Packed { region: self.write(&packed)?, unpacked: unpacked.len() };
        self.keys.keys.extend(by_id.iter().map(|(id, _)| KeyHash::of_id(*id)));
        let filter = Bloom::of(&self.keys.keys).write();
        let filter = self.write(&filter)?;
        let footer = Footer {
            events: places.len(),
            dictionaries: self.dictionaries.iter().map(|(_, dictionary)| *dictionary).collect(),
            documents: std::mem::take(&mut self.blocks),
            long_lists: std::mem::take(&mut self.long_lists.regions),
            keys: std::mem::take(&mut self.key_pages),
            places: place_blocks,
            ids: id_pages,
            values,
            filter,
            delays: delays
                .chunks(PLACES_PER_BLOCK)
                .map(|block| block.iter().copied().fold(Delays::NONE, Delays::union))
                .collect(),
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
