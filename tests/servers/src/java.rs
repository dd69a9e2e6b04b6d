//! The Javas of this machine.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::account::Account;

/// Where packages put theirs.
const PACKAGED: &str = "/usr/lib/jvm";

/// A Java that servers can run on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Java {
    pub(crate) version: u32,
    pub(crate) home: PathBuf,
}

impl Java {
    /// All that `account` may use, the oldest first.
    pub(crate) fn all(account: &Account) -> Vec<Self> {
        let mut found: Vec<Self> = homes()
            .filter(|home| home.join("bin/java").is_file() && account.blocked_at(home).is_none())
            .filter_map(|home| Some(Self { version: version(&home)?, home }))
            .collect();
        found.sort_by_key(|java| java.version);
        found
    }

    /// The oldest that suffices: the nearest to what a server was made for.
    pub(crate) fn at_least(version: u32, found: &[Self]) -> Option<&Self> {
        found.iter().find(|java| java.version >= version)
    }

    /// The program.
    pub(crate) fn program(&self) -> PathBuf {
        self.home.join("bin/java")
    }
}

/// `JAVA_HOME`, `JAVA_HOME_21_X64` and its like, the packaged ones, and the one of the path.
fn homes() -> impl Iterator<Item = PathBuf> {
    let is_home =
        |name: &OsStr| name.to_str().is_some_and(|name| name == "JAVA_HOME" || name.starts_with("JAVA_HOME_"));
    let named = env::vars_os().filter(move |(name, _)| is_home(name)).map(|(_, home)| PathBuf::from(home));
    let packaged = fs::read_dir(PACKAGED).into_iter().flatten().flatten().map(|entry| entry.path());
    let path = env::var_os("PATH").unwrap_or_default();
    let of_path = env::split_paths(&path).map(|folder| folder.join("java")).find(|java| java.is_file());
    // Usually a link into the home: `<home>/bin/java`.
    let of_path = of_path.and_then(|java| Some(fs::canonicalize(java).ok()?.parent()?.parent()?.to_path_buf()));
    named.chain(packaged).chain(of_path)
}

fn version(home: &Path) -> Option<u32> {
    let release = fs::read_to_string(home.join("release")).ok();
    let of_release =
        release.as_deref().and_then(|text| text.lines().find_map(|line| line.strip_prefix("JAVA_VERSION=")));
    if let Some(version) = of_release {
        return major(version.trim_matches('"'));
    }
    let output = Command::new(home.join("bin/java")).arg("-version").stdin(Stdio::null()).output().ok()?;
    // openjdk version "17.0.16" 2025-07-15
    major(String::from_utf8_lossy(&output.stderr).split('"').nth(1)?)
}

/// 25 of `25.0.3`, 8 of `1.8.0_392`, 26 of `26-ea`.
fn major(version: &str) -> Option<u32> {
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    match numbers.next()?.ok()? {
        1 => numbers.next()?.ok(),
        first => Some(first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_old_and_new() {
        for (text, expected) in [("25.0.3", 25), ("17", 17), ("1.8.0_392", 8), ("26-ea", 26)] {
            assert_eq!(major(text), Some(expected), "{text}");
        }
        assert_eq!(major("unknown"), None);
    }

    #[test]
    fn the_oldest_that_suffices_is_taken() {
        let java = |version| Java { version, home: PathBuf::from(format!("java-{version}")) };
        let found = [java(17), java(21), java(25)];
        let taken = |version| Java::at_least(version, &found).map(|java| java.version);
        assert_eq!([taken(17), taken(18), taken(25), taken(26)], [Some(17), Some(21), Some(25), None]);
    }
}
