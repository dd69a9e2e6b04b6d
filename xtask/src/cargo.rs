//! Calls of cargo: a command line that can be shown, run, and read while it runs.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

/// One call of cargo in the workspace's folder. Displays as a person would type it.
pub(crate) struct Cargo {
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
}

impl Cargo {
    /// A call with the arguments of `line`, which are separated by blanks.
    pub(crate) fn new(line: &str) -> Self {
        Self { arguments: line.split_whitespace().map(str::to_owned).collect(), variables: Vec::new() }
    }

    /// Adds arguments as they stand, blanks included.
    pub(crate) fn with(mut self, arguments: &[String]) -> Self {
        self.arguments.extend_from_slice(arguments);
        self
    }

    /// Sets an environment variable for this call.
    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets several of them.
    pub(crate) fn variables(mut self, variables: &[(String, String)]) -> Self {
        self.variables.extend_from_slice(variables);
        self
    }

    /// Runs it with the terminal's own input and output.
    ///
    /// # Errors
    ///
    /// Cargo cannot be started, or ends with a failure.
    pub(crate) fn run(&self, root: &Path) -> Result<(), String> {
        judge(self.command(root).status())
    }

    /// Runs it, passes its standard output through as it comes, and gives each line to `read` as well.
    ///
    /// # Errors
    ///
    /// As [`Cargo::run`]. Every line has been read by then.
    pub(crate) fn run_reading(&self, root: &Path, read: impl FnMut(&str)) -> Result<(), String> {
        judge(self.pass_through(root, read))
    }

    /// Runs it and gives what it printed.
    ///
    /// # Errors
    ///
    /// As [`Cargo::run`].
    pub(crate) fn printed(&self, root: &Path) -> Result<String, String> {
        let mut command = self.command(root);
        let output = command.stderr(Stdio::inherit()).output();
        let text = output.as_ref().map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let text = text.unwrap_or_default();
        judge(output.map(|output| output.status)).map(|()| text)
    }

    /// Whether this call succeeds, without showing anything of it.
    pub(crate) fn succeeds_quietly(&self, root: &Path) -> bool {
        let output = self.command(root).stdin(Stdio::null()).output();
        output.is_ok_and(|output| output.status.success())
    }

    fn pass_through(&self, root: &Path, mut read: impl FnMut(&str)) -> io::Result<ExitStatus> {
        let mut child = self.command(root).stdout(Stdio::piped()).spawn()?;
        if let Some(output) = child.stdout.take() {
            let mut output = BufReader::new(output);
            let mut line = Vec::new();
            while output.read_until(b'\n', &mut line)? > 0 {
                // Bytes, because a test may print what is not UTF-8.
                io::stdout().write_all(&line)?;
                read(&String::from_utf8_lossy(&line));
                line.clear();
            }
        }
        child.wait()
    }

    fn command(&self, root: &Path) -> Command {
        // The cargo that runs this task, so that every step uses one toolchain.
        let cargo = env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let mut command = Command::new(cargo);
        command.args(&self.arguments).current_dir(root).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl fmt::Display for Cargo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.variables {
            write!(f, "{name}={value} ")?;
        }
        write!(f, "cargo {}", self.arguments.join(" "))
    }
}

fn judge(status: io::Result<ExitStatus>) -> Result<(), String> {
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("cargo ended with {status}; its messages stand above")),
        Err(error) => Err(format!("cargo could not be run: {error}")),
    }
}
