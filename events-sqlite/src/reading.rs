//! What all segments of an open store share while they are read.

use crate::{findings::Findings, open_files::OpenFiles, options::Options, packing::Dictionaries};

#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) files: OpenFiles,
    pub(crate) findings: Findings,
    pub(crate) dictionaries: Dictionaries,
}

impl Reading {
    pub(crate) fn new(options: &Options) -> Self {
        Self { findings: Findings::new(options.search_memory), ..Self::default() }
    }
}
