//! What all segments of an open store share while they are read.

use crate::{findings::Findings, open_files::OpenFiles, options::Options, packing::Dictionaries, tables::KeptTables};

#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) files: OpenFiles,
    pub(crate) tables: KeptTables,
    pub(crate) findings: Findings,
    pub(crate) dictionaries: Dictionaries,
}

impl Reading {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            tables: KeptTables::new(options.table_memory),
            findings: Findings::new(options.search_memory),
            ..Self::default()
        }
    }
}
