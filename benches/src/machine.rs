//! What was measured on: figures mean nothing without it.

use std::{fs, path::Path, thread};

/// Cores, kernel and file system, as one sentence.
pub(crate) fn describe(data: &Path) -> String {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let processor = read("/proc/cpuinfo")
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name.to_owned()))
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let kernel = read("/proc/sys/kernel/osrelease");
    let (os, kernel) = (std::env::consts::OS, kernel.trim());
    let filesystem = filesystem(data).unwrap_or_else(|| "unknown".to_owned());
    format!("{cores} cores of {processor}, {os} {kernel}, {filesystem}")
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// The type of the file system that a folder is on.
fn filesystem(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let mounts = read("/proc/mounts");
    let mounts = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        Some((fields.next()?, fields.next()?))
    });
    let holding = mounts.filter(|(mounted, _)| folder.starts_with(mounted));
    holding.max_by_key(|(mounted, _)| mounted.len()).map(|(_, kind)| kind.to_owned())
}
