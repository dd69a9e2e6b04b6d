//! A journal is told from its copies.

use std::{fs, path::Path};

use events_core::{Journal, JournalIdentity};
use events_sqlite::SqliteStore;

fn identity(folder: &Path) -> JournalIdentity {
    let store = SqliteStore::open(folder).expect("the folder can be opened");
    let identity = Journal::bookmarks(&store).identity().expect("it can be read");
    Journal::close(&store);
    identity
}

#[test]
fn a_copy_has_the_id_of_its_original_and_another_place() {
    let folders = tempfile::tempdir().expect("a temporary folder");
    let [original, copied, renamed] = ["original", "copied", "renamed"].map(|name| folders.path().join(name));
    let before = identity(&original);
    fs::create_dir(&copied).expect("a folder");
    for file in fs::read_dir(&original).expect("files").flatten().filter(|entry| entry.path().is_file()) {
        fs::copy(file.path(), copied.join(file.file_name())).expect("a copy");
    }
    let copy = identity(&copied);
    assert_eq!(copy.id, before.id);
    assert_ne!(copy.place, before.place);
    fs::rename(&original, &renamed).expect("another name");
    assert_eq!(identity(&renamed), before, "its name is not its place");
    assert_ne!(identity(&original).id, before.id, "an empty folder is a journal of its own");
}
