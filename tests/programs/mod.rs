//! The examples as programs: cargo builds them for `cargo test`, beside the tests.

use std::{
    env,
    path::PathBuf,
    process::{Command, Output, Stdio},
};

/// An example that is built.
pub(crate) fn example(name: &str) -> Command {
    let test = env::current_exe().expect("a test knows where it is");
    // `target/<profile>/deps/<test>`, and `target/<profile>/examples/<name>`.
    let profile = test.ancestors().nth(2).expect("two folders above the test");
    let path: PathBuf = profile.join("examples").join(format!("{name}{}", env::consts::EXE_SUFFIX));
    assert!(
        path.is_file(),
        "{} is not built: run `cargo build --examples`, or `cargo test` without `--test`",
        path.display()
    );
    let mut command = Command::new(path);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).env_remove("RUST_LOG");
    command
}

/// Runs a program to its end; what it printed.
pub(crate) fn printed(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().expect("it can be started");
    assert!(status.success(), "{status}: {}", String::from_utf8_lossy(&stderr));
    assert_eq!(String::from_utf8_lossy(&stderr), "", "nothing is printed beside stdout");
    String::from_utf8(stdout).expect("it prints text")
}
