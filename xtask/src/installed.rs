//! What a task installs below `target/` before tests can run: once for each version of a list.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Has `install` fill a folder, unless it did so for the same list before.
///
/// # Errors
///
/// The list cannot be read, or it cannot be installed.
pub(crate) fn once(list: &Path, folder: &Path, install: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    let named = |path: &Path, error: std::io::Error| format!("{}: {error}", path.display());
    let wanted = fs::read(list).map_err(|error| named(list, error))?;
    // Written last, so what was not finished is installed again.
    let installed = folder.join("installed");
    if fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    install()?;
    fs::write(&installed, wanted).map_err(|error| named(&installed, error))
}

/// Runs a command that installs something.
///
/// # Errors
///
/// It cannot be started, or ends with a failure.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    match command.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{command:?}` ended with {status}; its messages stand above")),
        Err(error) => Err(format!("`{command:?}` could not be run: {error}")),
    }
}
