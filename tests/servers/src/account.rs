//! Whom the servers run as.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, lchown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The user of the servers. Elasticsearch refuses to run as root: then it is `nobody`.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    /// User and group to change to; none where we are nobody special ourselves.
    other: Option<(u32, u32)>,
}

impl Account {
    /// # Errors
    /// This is root, and there is no `nobody`.
    pub(crate) fn of_servers() -> Result<Self, String> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self { other: None });
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        match users.lines().find_map(nobody) {
            Some(ids) => Ok(Self { other: Some(ids) }),
            None => Err("a user `nobody`, as whom servers run when they are started by root".to_owned()),
        }
    }

    /// Starts this command as the user.
    pub(crate) fn apply(&self, command: &mut Command) {
        if let Some((user, group)) = self.other {
            // This leaves root's further groups behind, too.
            command.uid(user).gid(group);
        }
    }

    /// Makes the user the owner of a folder and of all that is in it.
    ///
    /// # Errors
    /// Something there cannot be listed or changed.
    pub(crate) fn own(&self, folder: &Path) -> io::Result<()> {
        let Some((user, group)) = self.other else { return Ok(()) };
        lchown(folder, Some(user), Some(group))?;
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                self.own(&entry.path())?;
            } else {
                lchown(entry.path(), Some(user), Some(group))?;
            }
        }
        Ok(())
    }

    /// The folder on the way to `path` (or `path` itself) that is closed to the user.
    pub(crate) fn blocked_at(&self, path: &Path) -> Option<PathBuf> {
        let (user, group) = self.other?;
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        let is_closed = |folder: &Path| {
            // What does not exist yet will be made with ordinary permissions.
            let Ok(metadata) = folder.metadata() else { return false };
            let may = match (metadata.uid() == user, metadata.gid() == group) {
                (true, _) => 0o100,
                (_, true) => 0o010,
                _ => 0o001,
            };
            metadata.mode() & may == 0
        };
        path.ancestors().find(|folder| is_closed(folder)).map(Path::to_path_buf)
    }
}

/// Reads `nobody:x:65534:65534:…`.
fn nobody(line: &str) -> Option<(u32, u32)> {
    let mut fields = line.strip_prefix("nobody:")?.split(':').skip(1);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_found_among_the_users() {
        let users = "root:x:0:0:root::\nnobodyelse:x:1:1::\nnobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin";
        assert_eq!(users.lines().find_map(nobody), Some((65_534, 65_533)));
    }
}
