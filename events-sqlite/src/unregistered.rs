//! Segment files that the journal does not know: which of them may go, and which must not.
//!
//! Nothing is removed that is not provably of no use: a file that was never finished, one that the journal
//! says is obsolete, or one whose every event stands elsewhere. A file that is newer than the journal says
//! that the journal is not the one of this folder.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use events_core::{EventId, Seq};

use crate::{
    checksum::checksum,
    codec::Malformed,
    error::StoreError,
    footer::{Footer, Region, TRAILER, read_trailer},
    place::{self, Place},
    segment::Segment,
};

/// The extension of a segment file that is still being written.
pub(crate) const UNFINISHED: &str = "unfinished";

/// The files in the folders of the months.
#[derive(Debug, Default)]
pub(crate) struct SegmentFiles {
    /// Finished segments, with their numbers.
    pub(crate) segments: Vec<(u64, PathBuf)>,
    unfinished: Vec<PathBuf>,
}

impl SegmentFiles {
    pub(crate) fn list(segments_folder: &Path) -> Result<Self, StoreError> {
        let failed = |error| StoreError::io(segments_folder, error);
        let mut files = Self::default();
        for month in fs::read_dir(segments_folder).map_err(failed)? {
            let month = month.map_err(failed)?.path();
            if !month.is_dir() {
                continue;
            }
            for file in fs::read_dir(&month).map_err(failed)? {
                let file = file.map_err(failed)?.path();
                let number = file.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
                match (file.extension().and_then(|extension| extension.to_str()), number) {
                    (Some("segment"), Some(number)) => files.segments.push((number, file)),
                    (Some(UNFINISHED), Some(_)) => files.unfinished.push(file),
                    _ => {}
                }
            }
        }
        Ok(files)
    }
}

/// What the journal says, against which files are judged.
#[derive(Debug)]
pub(crate) struct Known<'k> {
    pub(crate) folder: &'k Path,
    pub(crate) segments: &'k [Arc<Segment>],
    pub(crate) next_segment: u64,
    /// Segments whose files are of no use any more.
    pub(crate) obsolete: &'k HashSet<u64>,
    /// Events that are not sealed.
    pub(crate) in_journal: &'k HashSet<(Seq, EventId)>,
    /// First and last numbers of events that cannot be read.
    pub(crate) unreadable: Vec<(Seq, Seq)>,
}

/// What is to become of the files that the journal does not know.
#[derive(Debug, Default)]
pub(crate) struct Clearing {
    useless: Vec<PathBuf>,
    orphans: Vec<PathBuf>,
}

enum Verdict {
    /// Every event stands elsewhere.
    Useless,
    /// It may hold what stands nowhere else.
    Orphan,
    /// It holds events that this journal never knew.
    Newer,
}

impl Known<'_> {
    /// Judges all files and touches none.
    pub(crate) fn judge(mut self, files: SegmentFiles) -> Result<Clearing, StoreError> {
        let registered: HashSet<PathBuf> = self.segments.iter().map(|segment| segment.row.path(self.folder)).collect();
        let mut clearing = Clearing { useless: files.unfinished, orphans: Vec::new() };
        let mut sealed = HashMap::new();
        for (number, path) in files.segments {
            if registered.contains(&path) {
                continue;
            }
            if self.obsolete.contains(&number) {
                clearing.useless.push(path);
                continue;
            }
            match self.verdict(number, &path, &mut sealed)? {
                Verdict::Useless => clearing.useless.push(path),
                Verdict::Orphan => clearing.orphans.push(path),
                Verdict::Newer => {
                    return Err(StoreError::damaged(
                        &self.folder.join("journal.db"),
                        format!(
                            "it is older than {}, which it does not know: put back the journal.db that belongs to \
                             these segments, or move that file away",
                            path.display()
                        ),
                    ));
                }
            }
        }
        Ok(clearing)
    }

    fn verdict(
        &mut self,
        number: u64,
        path: &Path,
        sealed: &mut HashMap<u64, HashSet<(Seq, EventId)>>,
    ) -> Result<Verdict, StoreError> {
        let bytes = fs::read(path).map_err(|error| StoreError::io(path, error))?;
        let Ok(places) = places_of(&bytes) else { return Ok(Verdict::Orphan) };
        let mut verdict = Verdict::Useless;
        for place in places {
            let event = (place.seq, place.cursor.id);
            if self.in_journal.contains(&event) || self.is_sealed(event, sealed) {
                continue;
            }
            let lost = self.unreadable.iter().any(|(first, last)| (*first..=*last).contains(&event.0));
            if number >= self.next_segment && !lost {
                return Ok(Verdict::Newer);
            }
            verdict = Verdict::Orphan;
        }
        Ok(verdict)
    }

    /// Whether an event stands in a segment that the journal knows and that can be read.
    fn is_sealed(&mut self, event: (Seq, EventId), sealed: &mut HashMap<u64, HashSet<(Seq, EventId)>>) -> bool {
        for segment in self.segments {
            let row = &segment.row;
            if !(row.first_seq..=row.last_seq).contains(&event.0) || !segment.spans_id(event.1) {
                continue;
            }
            // A damaged one is set aside by whoever needs its events: nothing is touched here.
            let untouched = || Segment::read_only(row.clone(), self.folder, &Arc::default());
            let events = sealed.entry(row.number).or_insert_with(|| match untouched().all_places() {
                Ok(places) => places.iter().map(|place| (place.seq, place.cursor.id)).collect(),
                Err(_) => {
                    self.unreadable.push((row.first_seq, row.last_seq));
                    HashSet::new()
                }
            });
            if events.contains(&event) {
                return true;
            }
        }
        false
    }
}

impl Clearing {
    /// Removes what is of no use and renames what is in nobody's way then.
    pub(crate) fn carry_out(self) -> Result<(), StoreError> {
        for path in self.useless {
            fs::remove_file(&path).map_err(|error| StoreError::io(&path, error))?;
        }
        for path in self.orphans {
            let aside = (1u32..).map(|index| path.with_extension(format!("segment.orphan-{index}")));
            // There are fewer files than numbers.
            let Some(aside) = aside.into_iter().find(|aside| !aside.exists()) else { continue };
            fs::rename(&path, &aside).map_err(|error| StoreError::io(&path, error))?;
            tracing::error!(
                segment = %path.display(), renamed = %aside.display(),
                "the journal does not know this segment, and its events may stand nowhere else: it is kept under another name"
            );
        }
        Ok(())
    }
}

/// The places in the bytes of a segment file.
fn places_of(bytes: &[u8]) -> Result<Vec<Place>, Malformed> {
    let stretch = |region: Region| {
        let end = usize::try_from(region.offset).ok().and_then(|start| Some(start..start.checked_add(region.length)?));
        match end.and_then(|range| bytes.get(range)) {
            Some(stretch) if checksum(stretch) == region.checksum => Ok(stretch),
            _ => Err(Malformed("a part lies outside of it or is changed")),
        }
    };
    let trailer = bytes.len().checked_sub(TRAILER).ok_or(Malformed("it is too short"))?;
    let footer = read_trailer(&bytes[trailer..])?;
    let footer = Footer::decode(stretch(footer)?)?;
    let mut places = Vec::with_capacity(footer.events);
    for (_, region) in &footer.places {
        places.append(&mut place::decode(stretch(*region)?)?);
    }
    if places.len() != footer.events {
        return Err(Malformed("it has a wrong number of places"));
    }
    Ok(places)
}
