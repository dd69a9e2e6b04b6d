//! What all segments of an open store share while they are read.

use crate::{findings::Findings, open_files::OpenFiles, options::Options};

#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) files: OpenFiles,
    pub(crate) findings: Findings,
}

impl Reading {
    pub(crate) fn new(options: &Options) -> Self {
        Self { files: OpenFiles::default(), findings: Findings::new(options.search_memory) }
    }
}
