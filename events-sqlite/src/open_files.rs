//! Open segment files: a bounded number of them, however many segments there are.

use std::{
    collections::HashMap,
    fs::File,
    io,
    path::Path,
    sync::{Arc, Mutex},
};

use crate::lock::lock;

/// How many stay open. Servers need the rest of the usual 1,024 for their connections.
const MOST_OPEN: usize = 256;

/// The files that were read last.
#[derive(Debug, Default)]
pub(crate) struct OpenFiles(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    files: HashMap<u64, (Arc<File>, u64)>,
    uses: u64,
}

impl OpenFiles {
    /// The file of a segment, opened where it is not.
    pub(crate) fn get(&self, segment: u64, path: &Path) -> io::Result<Arc<File>> {
        let mut open = lock(&self.0);
        open.uses += 1;
        let now = open.uses;
        if let Some((file, used)) = open.files.get_mut(&segment) {
            *used = now;
            return Ok(Arc::clone(file));
        }
        let file = Arc::new(File::open(path)?);
        if open.files.len() >= MOST_OPEN
            && let Some(oldest) = open.files.iter().min_by_key(|(_, (_, used))| *used).map(|(segment, _)| *segment)
        {
            open.files.remove(&oldest);
        }
        open.files.insert(segment, (Arc::clone(&file), now));
        Ok(file)
    }

    pub(crate) fn forget(&self, segment: u64) {
        lock(&self.0).files.remove(&segment);
    }
}

/// Reads a stretch of a file, whatever others read at the same time.
pub(crate) fn read_at(file: &File, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    #[cfg(unix)]
    std::os::unix::fs::FileExt::read_exact_at(file, &mut bytes, offset)?;
    #[cfg(windows)]
    {
        let mut read = 0;
        while read < length {
            match std::os::windows::fs::FileExt::seek_read(file, &mut bytes[read..], offset + read as u64)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                more => read += more,
            }
        }
    }
    Ok(bytes)
}
