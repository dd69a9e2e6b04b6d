//! What the machine must have, checked before anything else and reported in one message.

use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use events_test_servers::{Installation, Lack};

use crate::browser;
use crate::clients;
use crate::servers::{self, Wanted};

/// A build of everything for tests.
const BUILD_GIB: u64 = 8;

/// What the tests write.
const TEMPORARY_GIB: u64 = 1;

const GET_RUST: &str = "`rustup toolchain install` in this folder; rustup itself is at https://rustup.rs";
const GET_C: &str = "`apt-get install build-essential`, or `dnf install gcc gcc-c++ glibc-devel make`";

/// Which tools of the toolchain a task uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tools {
    /// Cargo and the compilers.
    Build,
    /// What tests run besides, as well.
    Test,
    /// rustfmt and clippy as well.
    TestAndLint,
}

/// Checks that this machine can build and run what `tools` stands for, and the servers that are wanted.
///
/// # Errors
///
/// One message with everything that is missing, and how to get it.
pub(crate) fn check(root: &Path, tools: Tools, servers: Wanted) -> Result<(), String> {
    let mut missing = Vec::new();
    missing.extend(linux());
    missing.extend(toolchain(root));
    if tools == Tools::TestAndLint {
        missing.extend(component(root, "rustfmt", "cargo-fmt"));
        missing.extend(component(root, "clippy", "cargo-clippy"));
    }
    missing.extend(compilers());
    missing.extend(make());
    if tools != Tools::Build {
        missing.extend(clients::lack());
        missing.extend(browser::lacks());
    }
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    missing.extend(folder("the build's folder", &target, BUILD_GIB, "set CARGO_TARGET_DIR to another folder"));
    missing.extend(folder(
        "the folder for temporary files",
        &env::temp_dir(),
        TEMPORARY_GIB,
        "set TMPDIR to another folder",
    ));
    if servers == Wanted::All {
        missing.extend(for_servers());
    }
    if missing.is_empty() { Ok(()) } else { Err(message(&missing)) }
}

fn message(missing: &[Lack]) -> String {
    let mut message = "this machine lacks what is needed:".to_owned();
    for Lack { what, remedy } in missing {
        message.push_str(&format!("\n  - {what}\n    {remedy}"));
    }
    message
}

/// What the servers that tests run against need.
fn for_servers() -> Vec<Lack> {
    let to_be_started = servers::to_be_started();
    let lacks = match Installation::of_this_machine() {
        Ok(installation) => installation.lacks(&to_be_started),
        Err(what) => vec![Lack { what, remedy: "start the tests as another user".to_owned() }],
    };
    let or = |Lack { what, remedy }| Lack { what, remedy: format!("{remedy}; or leave them out: --without-servers") };
    lacks.into_iter().map(or).collect()
}

fn linux() -> Option<Lack> {
    (!cfg!(target_os = "linux")).then(|| Lack {
        what: format!("Linux (this is {})", env::consts::OS),
        remedy: "use a container or a virtual machine".to_owned(),
    })
}

/// The pinned release, because messages of the compiler are part of what is tested.
fn toolchain(root: &Path) -> Option<Lack> {
    let pinned = fs::read_to_string(root.join("rust-toolchain.toml")).ok().as_deref().and_then(pinned_release)?;
    let found = ["rustc", "cargo"].map(|tool| first_line(Command::new(tool).arg("--version").current_dir(root)));
    if found.iter().flatten().filter(|line| release(line) == Some(pinned.as_str())).count() == found.len() {
        return None;
    }
    let found = found.map(|line| line.unwrap_or_else(|| "nothing".to_owned())).join(" and ");
    Some(Lack { what: format!("Rust {pinned} (found {found})"), remedy: GET_RUST.to_owned() })
}

fn component(root: &Path, name: &str, command: &str) -> Option<Lack> {
    let found = first_line(Command::new(command).arg("--version").current_dir(root));
    found.is_none().then(|| Lack {
        what: format!("{name}, a component of the Rust toolchain"),
        remedy: format!("`rustup component add {name}`"),
    })
}

/// Tried on programs that include a header: a compiler without the library's headers is common.
fn compilers() -> impl Iterator<Item = Lack> {
    let c = ("CC", "cc", "c", "C", "stdio.h", "the bundled SQLite, zstd and librdkafka");
    let cxx = ("CXX", "c++", "c++", "C++", "string", "the bundled librdkafka");
    [c, cxx].into_iter().filter_map(|(variable, usual, language, name, header, what_for)| {
        let compiler = env::var(variable).unwrap_or_else(|_| usual.to_owned());
        let program = format!("#include <{header}>\nint main() {{ return 0; }}\n");
        (!compiles(&compiler, language, program.as_bytes())).then(|| Lack {
            what: format!("a {name} compiler with headers, `{compiler}`, for {what_for}"),
            remedy: GET_C.to_owned(),
        })
    })
}

fn compiles(compiler: &str, language: &str, program: &[u8]) -> bool {
    // The variable may carry arguments: `ccache gcc`.
    let mut words = compiler.split_whitespace();
    let Some(name) = words.next() else {
        return false;
    };
    let mut command = Command::new(name);
    command.args(words).args(["-fsyntax-only", "-x", language, "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut child) = command.spawn() else {
        return false;
    };
    // Dropping the input at the end of the statement is what ends the program's text.
    let written = child.stdin.take().is_some_and(|mut input| input.write_all(program).is_ok());
    child.wait().is_ok_and(|status| status.success()) && written
}

fn make() -> Option<Lack> {
    first_line(Command::new("make").arg("--version"))
        .is_none()
        .then(|| Lack { what: "`make`, for the bundled librdkafka".to_owned(), remedy: GET_C.to_owned() })
}

/// A folder that can be written to, with space left.
fn folder(what: &str, path: &Path, gib: u64, otherwise: &str) -> Option<Lack> {
    if let Err(error) = try_writing(path) {
        return Some(Lack {
            what: format!("{what}, {}, cannot be written to: {error}", path.display()),
            remedy: format!("change its owner or permissions, or {otherwise}"),
        });
    }
    // Where `df` says nothing, a full disk will say so itself.
    let free = free_gib(path)?;
    (free < gib).then(|| Lack {
        what: format!("{gib} GiB of free disk for {what}, {} (there are {free})", path.display()),
        remedy: format!("make space, or {otherwise}"),
    })
}

fn try_writing(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let file = folder.join(format!(".xtask-{}", std::process::id()));
    fs::write(&file, b"")?;
    fs::remove_file(&file)
}

fn free_gib(path: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(path).output().ok()?;
    parse_df(&String::from_utf8_lossy(&output.stdout)).map(|kib| kib / (1024 * 1024))
}

/// Reads the fourth column of the second line, which POSIX fixes for `df -Pk`: the free KiB.
fn parse_df(output: &str) -> Option<u64> {
    output.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

/// Reads `channel = "1.95.0"` out of `rust-toolchain.toml`.
fn pinned_release(toolchain: &str) -> Option<String> {
    let value = toolchain.lines().find_map(|line| line.trim().strip_prefix("channel"))?;
    let value = value.trim_start().strip_prefix('=')?.trim();
    major_minor(value.strip_prefix('"')?.split('"').next()?).map(str::to_owned)
}

/// Reads `1.95` out of `rustc 1.95.0 (59807616e 2026-04-14)`.
fn release(version: &str) -> Option<&str> {
    major_minor(version.split_whitespace().nth(1)?)
}

fn major_minor(version: &str) -> Option<&str> {
    let (major, rest) = version.split_once('.')?;
    let minor = rest.split(['.', '-']).next()?;
    version.get(..major.len() + 1 + minor.len())
}

fn first_line(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    String::from_utf8_lossy(&output.stdout).lines().next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pinned_release_is_compared_without_its_patch() {
        let pinned = pinned_release("[toolchain]\nchannel = \"1.95.0\"\ncomponents = []\n");
        assert_eq!(pinned.as_deref(), Some("1.95"));
        assert_eq!(release("rustc 1.95.2 (59807616e 2026-04-14)"), Some("1.95"));
        assert_eq!(release("cargo 1.96.0-nightly (abc 2026-05-01)"), Some("1.96"));
        assert_eq!(release("rustc"), None);
    }

    #[test]
    fn free_space_is_read_where_posix_puts_it() {
        let output = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 264e 1 83886080 13% /\n";
        assert_eq!(parse_df(output), Some(83_886_080));
        assert_eq!(parse_df("df: no such file"), None);
    }

    #[test]
    fn a_compiler_that_is_not_there_compiles_nothing() {
        assert!(!compiles("no-such-compiler", "c", b""));
        assert!(!compiles("", "c", b""));
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_is_named_with_a_remedy() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let missing = folder("the build's folder", &file.join("target"), BUILD_GIB, "choose another").unwrap();
        assert!(missing.what.contains("Cargo.toml/target"), "{}", missing.what);
        assert!(missing.remedy.ends_with("choose another"), "{}", missing.remedy);
    }

    #[test]
    fn one_message_lists_everything_that_is_missing() {
        let missing = ["a", "b"].map(|what| Lack { what: what.to_owned(), remedy: format!("get {what}") });
        assert_eq!(message(&missing), "this machine lacks what is needed:\n  - a\n    get a\n  - b\n    get b");
    }
}
