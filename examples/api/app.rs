//! What handlers work with.

use crate::database::Database;

#[derive(Clone)]
pub(crate) struct App {
    pub(crate) database: Database,
}
