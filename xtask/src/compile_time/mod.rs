//! `cargo xtask bench compile`: what the attribute costs the compiler.
//!
//! One program of two hundred handlers, five times: as it is, with `#[action]`, and with `#[tracing::instrument]`,
//! which is what people accept: at its leanest, with the arguments that it records by default, and with `err`.
//! Interleaved runs, medians, and the share that ours adds of what those add. Ours says how each call ended, so the one
//! with `err` is its peer.

mod sources;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::steps::{Failure, Steps};
use sources::Variant;

/// Rounds of a whole run, and of `--quick`.
const ROUNDS: usize = 5;
const QUICK_ROUNDS: usize = 1;

/// Generates the crates and measures them.
///
/// # Errors
///
/// An argument that means nothing here, a crate that cannot be written, or one that does not compile.
pub(crate) fn run(steps: &mut Steps, root: &Path, arguments: &[String]) -> Result<(), Failure> {
    let rounds = steps.run("compile time", "how much to measure", || match arguments {
        [] => Ok(ROUNDS),
        [quick] if quick == "--quick" => Ok(QUICK_ROUNDS),
        _ => Err(format!("`{}` means nothing here: `cargo xtask bench compile [--quick]`", arguments.join(" "))),
    })?;
    let scratch = Scratch::new(root);
    let kinds = "five crates, and all they depend on";
    steps.run("generate", kinds, || scratch.generate())?;
    let table = steps
        .run("measure", format!("{rounds} × 5 × (clean check, check, release build)"), || scratch.measure(rounds))?;
    println!("{table}");
    Ok(())
}

/// The generated workspace, below the folder for what is built.
struct Scratch {
    folder: PathBuf,
    events: PathBuf,
}

impl Scratch {
    fn new(root: &Path) -> Self {
        Self { folder: root.join("target/compile-time"), events: root.to_path_buf() }
    }

    /// Writes the sources and builds everything once, so that only the crates themselves are measured.
    fn generate(&self) -> Result<(), String> {
        self.write_sources().map_err(|error| format!("{}: {error}", self.folder.display()))?;
        for profile in [&["check"] as &[&str], &["build", "--release"]] {
            for variant in Variant::ALL {
                self.cargo(profile, variant)?;
            }
        }
        Ok(())
    }

    fn write_sources(&self) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        fs::write(self.folder.join("Cargo.toml"), sources::workspace_manifest())?;
        // The same versions as the workspace has.
        fs::copy(self.events.join("Cargo.lock"), self.folder.join("Cargo.lock"))?;
        for variant in Variant::ALL {
            let source = self.source(variant);
            fs::create_dir_all(&source)?;
            let manifest = sources::manifest(variant, &self.events.to_string_lossy());
            fs::write(self.folder.join(variant.name()).join("Cargo.toml"), manifest)?;
            fs::write(source.join("domain.rs"), sources::DOMAIN)?;
            fs::write(source.join("main.rs"), sources::main())?;
            for (name, text) in sources::modules(variant) {
                fs::write(source.join(name), text)?;
            }
        }
        Ok(())
    }

    fn source(&self, variant: Variant) -> PathBuf {
        self.folder.join(variant.name()).join("src")
    }

    /// Runs cargo on one crate and says how long that took.
    fn cargo(&self, arguments: &[&str], variant: Variant) -> Result<Duration, String> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(arguments).args(["--quiet", "--package", variant.name()]).current_dir(&self.folder);
        let start = Instant::now();
        let output = command.stdin(Stdio::null()).output().map_err(|error| format!("cargo: {error}"))?;
        let took = start.elapsed();
        if output.status.success() {
            return Ok(took);
        }
        Err(format!("`{}` does not compile: {}", variant.name(), String::from_utf8_lossy(&output.stderr)))
    }

    fn measure(&self, rounds: usize) -> Result<Table, String> {
        let mut table = Table::default();
        for round in 0..rounds {
            for (at, variant) in Variant::ALL.into_iter().enumerate() {
                let row = &mut table.rows[at];
                self.forget(variant).map_err(|error| error.to_string())?;
                row.clean_check.push(self.cargo(&["check"], variant)?);
                self.edit(variant, round + 1)?;
                row.check.push(self.cargo(&["check"], variant)?);
                row.release.push(self.cargo(&["build", "--release"], variant)?);
                row.bytes = self.binary_size(variant)?;
            }
        }
        Ok(table)
    }

    /// Removes what the compiler keeps of a crate between two checks.
    fn forget(&self, variant: Variant) -> io::Result<()> {
        let incremental = self.folder.join("target/debug/incremental");
        let kept = format!("{}-", variant.name().replace('-', "_"));
        for entry in fs::read_dir(incremental)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(&kept) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        fs::write(self.source(variant).join("main.rs"), sources::main())
    }

    /// Changes a number in the bodies of one module.
    fn edit(&self, variant: Variant, round: usize) -> Result<(), String> {
        let edited = u32::try_from(round).unwrap_or(u32::MAX);
        let text = sources::module(variant, 7, edited);
        fs::write(self.source(variant).join("machine_7.rs"), text).map_err(|error| error.to_string())
    }

    fn binary_size(&self, variant: Variant) -> Result<u64, String> {
        let binary =
            self.folder.join("target/release").join(format!("{}{}", variant.name(), std::env::consts::EXE_SUFFIX));
        fs::metadata(&binary).map(|data| data.len()).map_err(|error| format!("{}: {error}", binary.display()))
    }
}

/// What was measured of one crate.
#[derive(Default)]
struct Row {
    clean_check: Vec<Duration>,
    check: Vec<Duration>,
    release: Vec<Duration>,
    bytes: u64,
}

#[derive(Default)]
struct Table {
    rows: [Row; 5],
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} handlers", sources::HANDLERS)?;
        writeln!(f, "{:<24} {:>12} {:>12} {:>12} {:>12}", "", "clean check", "check", "release", "binary")?;
        let mut figures = [[0.0; 4]; 5];
        for (at, (variant, row)) in Variant::ALL.into_iter().zip(&self.rows).enumerate() {
            figures[at] =
                [median(&row.clean_check), median(&row.check), median(&row.release), row.bytes as f64 / 1024.0];
            let [clean_check, check, release, size] = figures[at];
            writeln!(
                f,
                "{:<24} {clean_check:>10.2} s {check:>10.2} s {release:>10.2} s {size:>8.0} KiB",
                variant.name()
            )?;
        }
        let [plain, recorded, peers @ ..] = figures;
        for (peer, figures) in Variant::ALL[2..].iter().zip(peers) {
            write!(f, "{:<24}", format!("adds of {}", peer.name()))?;
            for at in 0..plain.len() {
                write!(f, " {:>11.2} ×", (recorded[at] - plain[at]) / (figures[at] - plain[at]))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// In seconds.
fn median(runs: &[Duration]) -> f64 {
    let mut runs = runs.to_vec();
    runs.sort();
    runs.get(runs.len() / 2).map_or(f64::NAN, Duration::as_secs_f64)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_crates_differ_in_the_attributes_of_their_handlers_and_in_nothing_else() {
        let without_attributes = |variant| {
            let text = sources::module(variant, 3, 0);
            let lines = text.lines().filter(|line| {
                !line.starts_with("#[") && !line.starts_with("use events::action") && !line.starts_with("use tracing")
            });
            lines.filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        let plain = without_attributes(Variant::Plain);
        for variant in Variant::ALL {
            assert_eq!(without_attributes(variant), plain, "{}", variant.name());
        }
        let texts: BTreeSet<String> = Variant::ALL.map(|variant| sources::module(variant, 3, 0)).into();
        assert_eq!(texts.len(), Variant::ALL.len(), "each has attributes of its own");
    }

    #[test]
    fn an_edit_changes_the_body_of_a_handler() {
        assert_ne!(sources::module(Variant::Plain, 7, 0), sources::module(Variant::Plain, 7, 1));
    }

    #[test]
    fn the_median_is_the_middle_run() {
        assert!((median(&[3, 1, 2].map(Duration::from_secs)) - 2.0).abs() < 1e-9);
    }
}
