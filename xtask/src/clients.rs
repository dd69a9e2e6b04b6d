//! Programs of others that tests run against the HTTP interface: Python packages, in an environment of their own.

use std::path::Path;
use std::process::{Command, Stdio};

use events_test_servers::Lack;

use crate::installed;
use crate::steps::{Failure, Steps};

/// What tests find in their environment: the interpreter that has the packages.
const VARIABLE: &str = "EVENTS_CLIENTS_PYTHON";

/// The packages and their versions.
const PACKAGES: &str = "tests/clients/requirements.txt";

/// What a machine lacks that makes such an environment.
pub(crate) fn lack() -> Option<Lack> {
    let mut command = Command::new("python3");
    command.args(["-c", "import venv, ensurepip, sys; sys.exit(sys.version_info < (3, 9))"]);
    let has_it = command.stdin(Stdio::null()).output().is_ok_and(|output| output.status.success());
    (!has_it).then(|| Lack {
        what: "Python 3.9 or newer with `venv`, for the clients that tests run".to_owned(),
        remedy: "`apt-get install python3-venv`, or `dnf install python3`".to_owned(),
    })
}

/// Makes the environment, unless it is there already; the variable that points tests to it.
///
/// # Errors
///
/// The packages cannot be installed.
pub(crate) fn for_tests(steps: &mut Steps, root: &Path) -> Result<(String, String), Failure> {
    let folder = root.join("target/clients");
    let python = folder.join("bin/python");
    let packages = root.join(PACKAGES);
    steps.run("clients", format!("Python packages of {PACKAGES}"), || {
        installed::once(&packages, &folder, || {
            installed::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
            let mut install = Command::new(&python);
            install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
            installed::run(install.arg(&packages))
        })
    })?;
    Ok((VARIABLE.to_owned(), python.to_string_lossy().into_owned()))
}
