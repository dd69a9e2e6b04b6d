//! The browser that tests read the page with, and what drives it: a package from npm, in a folder of its own.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use events_test_servers::Lack;

use crate::installed;
use crate::steps::{Failure, Steps};

/// What tests find in their environment: the browser, and the folder with what drives it.
const BROWSER: &str = "EVENTS_BROWSER";
const MODULES: &str = "EVENTS_BROWSER_MODULES";

/// Under which names Chromium is installed.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The packages and their versions.
const PACKAGES: [&str; 2] = ["package.json", "package-lock.json"];

/// What a machine lacks to read the page.
pub(crate) fn lacks() -> Vec<Lack> {
    let mut lacks = Vec::new();
    let node = ["node", "npm"].map(|tool| major_version(tool).is_some());
    if node.contains(&false) || major_version("node").is_some_and(|major| major < 20) {
        lacks.push(Lack {
            what: "Node.js 20 or newer with `npm`, for the tests of the page".to_owned(),
            remedy: "get it from your distribution or https://nodejs.org".to_owned(),
        });
    }
    if browser().is_none() {
        lacks.push(Lack {
            what: "Chromium, for the tests of the page".to_owned(),
            remedy: format!("`apt-get install chromium`, or `dnf install chromium`; or say in {BROWSER} where it is"),
        });
    }
    lacks
}

/// Installs what drives the browser, unless it is there already; the variables that point tests to both.
///
/// # Errors
///
/// The packages cannot be installed, or there is no browser.
pub(crate) fn for_tests(steps: &mut Steps, root: &Path) -> Result<[(String, String); 2], Failure> {
    let folder = root.join("target/page");
    let browser = steps.run("browser", "Chromium, and the npm packages of tests/page/package.json", || {
        install(&root.join("tests/page"), &folder)?;
        browser().ok_or_else(|| "there is no Chromium".to_owned())
    })?;
    let text = |path: &Path| path.to_string_lossy().into_owned();
    Ok([(BROWSER.to_owned(), text(&browser)), (MODULES.to_owned(), text(&folder))])
}

fn install(wanted: &Path, folder: &Path) -> Result<(), String> {
    installed::once(&wanted.join(PACKAGES[1]), folder, || {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for name in PACKAGES {
            fs::copy(wanted.join(name), folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
        }
        let mut npm = Command::new("npm");
        installed::run(npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder))
    })
}

/// Where the browser is: where the environment says, or on the path.
fn browser() -> Option<PathBuf> {
    if let Some(path) = env::var_os(BROWSER).filter(|path| !path.is_empty()) {
        return Some(PathBuf::from(path));
    }
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file())
}

/// `20` of `v20.20.2`.
fn major_version(tool: &str) -> Option<u32> {
    let output = Command::new(tool).arg("--version").stdin(Stdio::null()).output().ok()?;
    let printed = String::from_utf8_lossy(&output.stdout);
    printed.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_has_no_version() {
        assert_eq!(major_version("no-such-tool"), None);
    }
}
