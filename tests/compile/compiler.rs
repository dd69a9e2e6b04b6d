//! The compiler, called once for each case: without cargo, without code generation.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

use tempfile::TempDir;

use crate::{
    case::{Case, root},
    diagnostic::Diagnostic,
};

/// What the cases may name beside the standard library and `scene`.
const CRATES: [&str; 5] = ["events", "events_core", "async_trait", "axum", "tokio"];

/// How to call the compiler.
pub(crate) struct Compiler {
    rustc: OsString,
    /// `--extern` and `-L`.
    crates: Vec<OsString>,
    /// Holds `scene`, and whatever the cases leave.
    folder: TempDir,
}

/// What the compiler said.
pub(crate) struct Answer {
    pub(crate) success: bool,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Compiler {
    /// The one of this process, with the `scene` compiled.
    pub(crate) fn get() -> &'static Self {
        static COMPILER: OnceLock<Compiler> = OnceLock::new();
        COMPILER.get_or_init(|| {
            let mut compiler = Self {
                rustc: env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()),
                crates: crates(),
                folder: tempfile::tempdir().unwrap(),
            };
            let scene = compiler.folder.path().join("libscene.rmeta");
            let answer = compiler.run("scene", "tests/compile/scene.rs", &scene);
            let said: Vec<&str> = answer.diagnostics.iter().map(|said| said.rendered.as_str()).collect();
            assert!(answer.success && said.is_empty(), "{}", said.join("\n"));
            compiler.crates.extend(["--extern".into(), named("scene", &scene)]);
            compiler
        })
    }

    /// Compiles a case.
    pub(crate) fn compile(&self, case: &Case) -> Answer {
        let output = self.folder.path().join(format!("lib{}.rmeta", case.name));
        self.run("case", &case.path, &output)
    }

    /// Compiles a crate of several files, which are given with their names; the first is its root.
    pub(crate) fn compile_files(&self, files: &[(&str, &str)]) -> Answer {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let root = folder.path().join(files[0].0);
        self.run("files", &root.to_string_lossy(), &folder.path().join("libfiles.rmeta"))
    }

    fn run(&self, name: &str, file: &str, output: &Path) -> Answer {
        let output = Command::new(&self.rustc)
            .current_dir(root())
            .args(["--edition=2024", "--crate-type=lib", "--crate-name", name])
            .args(["--error-format=json", "--diagnostic-width=140", "--emit=metadata", "-o"])
            .arg(output)
            // Nobody calls what a case declares.
            .args(["-Adead_code", file])
            .args(&self.crates)
            .env("CARGO_PKG_NAME", name)
            .stdin(Stdio::null())
            .output()
            .expect("the compiler can be run");
        let text = String::from_utf8(output.stderr).expect("the compiler prints text");
        let diagnostics = text.lines().filter_map(Diagnostic::read).collect();
        Answer { success: output.status.success(), diagnostics }
    }
}

/// Where cargo has put the crates, as it says itself: it has built them for this test, so there is nothing left to do.
fn crates() -> Vec<OsString> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What cargo tells a test of its package: build scripts that look at it would run again, and all that is built on them.
    let told = |name: &OsString| {
        name.to_str().is_some_and(|name| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|of| name.starts_with(of)))
    };
    env::vars_os().map(|(name, _)| name).filter(told).for_each(|name| {
        cargo.env_remove(name);
    });
    let output = cargo
        .current_dir(root())
        // The workspace as a whole, because features depend on what is built together.
        .args(["test", "--workspace", "--all-features", "--locked", "--no-run", "--test", "compile"])
        .arg("--message-format=json")
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "the crates of the cases cannot be built");
    let mut found = BTreeMap::new();
    for message in String::from_utf8(output.stdout).unwrap().lines() {
        let message: serde_json::Value = serde_json::from_str(message).unwrap();
        let name = message["target"]["name"].as_str().unwrap_or_default().replace('-', "_");
        let files = message["filenames"].as_array().into_iter().flatten().filter_map(|file| file.as_str());
        // Of a procedural macro it is the only file.
        let library = files.map(PathBuf::from).find(|file| {
            file.extension().is_some_and(|extension| extension == "rlib" || extension == env::consts::DLL_EXTENSION)
        });
        if let (Some(crate_name), Some(library)) = (CRATES.iter().find(|wanted| **wanted == name), library) {
            found.insert(*crate_name, library);
        }
    }
    let mut arguments = Vec::new();
    for name in CRATES {
        let library = found.get(name).unwrap_or_else(|| panic!("cargo has not said where `{name}` is"));
        arguments.extend(["--extern".into(), named(name, library)]);
    }
    let folder = found["events"].parent().expect("a file is in a folder");
    let mut search = OsString::from("dependency=");
    search.push(folder.join("deps"));
    let mut beside = OsString::from("dependency=");
    beside.push(folder);
    arguments.extend(["-L".into(), search, "-L".into(), beside]);
    arguments
}

fn named(name: &str, file: &Path) -> OsString {
    let mut argument = OsString::from(format!("{name}="));
    argument.push(file);
    argument
}
