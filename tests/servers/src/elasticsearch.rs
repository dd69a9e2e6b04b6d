//! How an Elasticsearch or OpenSearch is started.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::java::Java;
use crate::kind::Kind;

/// Small, and quick to start on two cores; 128 MB of heap answer 429 under load. Nothing is written into the
/// fetched folder, which several servers use.
const JVM: &str = "-Xms512m -Xmx512m -XX:TieredStopAtLevel=1 -XX:-UseG1GC -XX:+UseSerialGC -XX:-AlwaysPreTouch \
                   -XX:-HeapDumpOnOutOfMemoryError -Xlog:disable";

/// Settings of a server that asks who somebody is, and takes whoever does not say so for one with the role of
/// [`prepare`].
pub(crate) const SECURED: [(&str, &str); 4] = [
    (SECURITY, "true"),
    ("xpack.security.http.ssl.enabled", "false"),
    ("xpack.security.transport.ssl.enabled", "false"),
    ("xpack.security.authc.anonymous.roles", "everybody"),
];

const SECURITY: &str = "xpack.security.enabled";

/// The folder in the fetched one.
fn tree(kind: Kind, fetched: &Path) -> PathBuf {
    fetched.join(kind.slug())
}

/// Makes what the server wants to find in its folder, with the role that [`SECURED`] gives everybody.
pub(crate) fn prepare(kind: Kind, fetched: &Path, folder: &Path, role: Option<&str>) -> io::Result<()> {
    for name in ["data", "logs", "tmp"] {
        fs::create_dir(folder.join(name))?;
    }
    // Servers write a keystore beside their settings, so each has settings of its own.
    copy(&tree(kind, fetched).join("config"), &folder.join("config"))?;
    match role {
        // JSON is YAML; a line that is not indented begins another role.
        Some(role) => fs::write(folder.join("config/roles.yml"), format!("everybody: {}", role.replace('\n', " "))),
        None => Ok(()),
    }
}

/// The server in the foreground.
pub(crate) fn command(
    kind: Kind,
    java: &Java,
    fetched: &Path,
    folder: &Path,
    [http, transport]: [u16; 2],
    settings: &[(String, String)],
) -> Command {
    let (program, prefix) = match kind {
        Kind::OpenSearch => ("opensearch", "OPENSEARCH"),
        _ => ("elasticsearch", "ES"),
    };
    let mut command = Command::new(tree(kind, fetched).join("bin").join(program));
    // Nothing of this process: a JAVA_HOME or JAVA_TOOL_OPTIONS would be heard.
    command.env_clear().env("PATH", env::var_os("PATH").unwrap_or_default()).env("HOME", folder);
    command.env(format!("{prefix}_JAVA_HOME"), &java.home);
    command.env(format!("{prefix}_JAVA_OPTS"), JVM);
    command.env(format!("{prefix}_PATH_CONF"), folder.join("config"));
    command.env(format!("{prefix}_TMPDIR"), folder.join("tmp"));

    let mut set = |name: &str, value: &str| {
        command.arg(format!("-E{name}={value}"));
    };
    set("discovery.type", "single-node");
    set("network.host", "127.0.0.1");
    set("http.port", &http.to_string());
    set("transport.port", &transport.to_string());
    set("path.data", &folder.join("data").to_string_lossy());
    set("path.logs", &folder.join("logs").to_string_lossy());
    // A nearly full disk is no reason for a test to fail.
    set("cluster.routing.allocation.disk.threshold_enabled", "false");
    let is_default = |name: &str| settings.iter().all(|(given, _)| given != name);
    if kind != Kind::OpenSearch && is_default(SECURITY) {
        set(SECURITY, "false");
    }
    // Of a heap that small a tenth, which is the default, takes no event of 10 MiB.
    let pressure = "indexing_pressure.memory.limit";
    if is_default(pressure) {
        set(pressure, "30%");
    }
    for (name, value) in settings {
        set(name, value);
    }
    command
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let copied = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &copied)?;
        } else {
            fs::copy(entry.path(), copied)?;
        }
    }
    Ok(())
}
