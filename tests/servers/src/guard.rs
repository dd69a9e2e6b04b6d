//! Ends a server when whoever holds it is gone, however that happened.

use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};

use crate::run_folder::RunFolder;

/// Waits for the end of its input: a line lets the server go, the bare end kills it. The folder is `$1`.
///
/// As [`RunFolder::pid`], it looks whether the number still belongs to the server.
const SCRIPT: &str = r#"
read -r _ && exit
pid=$(cat "$1/pid") && grep -qsF -- "$1" "/proc/$pid/cmdline" && kill -s KILL -- "-$pid" && sleep 1
rm -rf -- "$1"
"#;

/// A shell that waits for the end of this process.
#[derive(Debug)]
pub(crate) struct Guard {
    shell: Child,
    input: Option<ChildStdin>,
}

impl Guard {
    pub(crate) fn of(folder: &RunFolder) -> io::Result<Self> {
        let mut shell = Command::new("sh")
            .args(["-c", SCRIPT, "sh"])
            .arg(&folder.path)
            // A process group of its own: the terminal's interrupt is not for it.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let input = shell.stdin.take();
        Ok(Self { shell, input })
    }

    /// Lets the server go on without this process.
    pub(crate) fn let_go(mut self) {
        if let Some(input) = &mut self.input {
            // A shell that is gone cannot kill anything either.
            let _ = input.write_all(b"go on\n");
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.shell.wait();
    }
}
