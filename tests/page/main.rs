//! The page in a real browser: a program with events is served, and a script reads it as people do.
//!
//! The script says what is promised, `reads.mjs`; each promise is a line of what it prints. Pictures of what it saw
//! stand in the folder `page` of the build afterwards.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod served;

use std::{env, ffi::OsString, path::Path, process::Stdio, time::Duration};

use served::Served;
use tokio::process::Command;

/// The browser, and the folder with what drives it: `cargo xtask test` says where they are.
const BROWSER: &str = "EVENTS_BROWSER";
const MODULES: &str = "EVENTS_BROWSER_MODULES";

/// Longer than the script gives itself.
const LIMIT: Duration = Duration::from_secs(300);

#[tokio::test(flavor = "multi_thread")]
async fn people_read_the_trail_in_a_browser() {
    let found = |variable: &str| -> OsString {
        env::var_os(variable).unwrap_or_else(|| {
            panic!("{variable} is not set: run `cargo xtask test people_read_the_trail`, which installs what drives a browser")
        })
    };
    let (browser, modules) = (found(BROWSER), found(MODULES));
    let served = Served::start().await;

    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // It is read where its modules are: that is how they are found.
    let script = Path::new(&modules).join("reads.mjs");
    std::fs::copy(root.join("tests/page/reads.mjs"), &script).expect("the folder can be written to");
    let mut command = Command::new("node");
    command
        .arg(&script)
        .arg(format!("http://{}", served.address))
        .arg(&browser)
        .kill_on_drop(true)
        .stdin(Stdio::null());
    let status = tokio::time::timeout(LIMIT, command.status()).await.expect("the script ends in time");
    assert!(status.expect("`node` runs").success(), "what was not as promised stands above");
}
