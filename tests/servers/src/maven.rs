//! What Maven brings.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::java::Java;
use crate::kind::Kind;

const PLUGIN: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";

/// How a server is published: the goal that brings it, and its artifacts (group, name, version, type).
struct Published {
    goal: &'static str,
    artifacts: Vec<(&'static str, &'static str, &'static str, &'static str)>,
}

fn published(kind: Kind) -> Published {
    // Made by the projects for tests like ours: the server without the modules that few need.
    let whole =
        |group, name| Published { goal: "unpack-dependencies", artifacts: vec![(group, name, kind.version(), "zip")] };
    match kind {
        Kind::Elasticsearch9 | Kind::Elasticsearch8 => {
            whole("org.elasticsearch.distribution.integ-test-zip", "elasticsearch")
        }
        Kind::OpenSearch => whole("org.opensearch.distribution.integ-test-zip", "opensearch"),
        Kind::Kafka => Published {
            goal: "copy-dependencies",
            artifacts: vec![
                ("org.apache.kafka", "kafka_2.13", kind.version(), "jar"),
                // Says on standard error what goes wrong.
                ("org.slf4j", "slf4j-simple", "1.7.36", "jar"),
            ],
        },
    }
}

/// Whether this machine has Maven.
pub(crate) fn is_there() -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join("mvn").is_file())
}

/// How often it is tried to bring a server, and how long to wait before another time: what has come by then stays.
const ATTEMPTS: u32 = 3;
const PAUSE: Duration = Duration::from_secs(5);

/// Brings a server into `folder`.
///
/// # Errors
/// What Maven said last.
pub(crate) fn bring(kind: Kind, java: &Java, folder: &Path) -> Result<(), String> {
    let mut tried = bring_once(kind, java, folder);
    for _ in 1..ATTEMPTS {
        if tried.is_ok() {
            break;
        }
        thread::sleep(PAUSE);
        tried = bring_once(kind, java, folder);
    }
    tried
}

fn bring_once(kind: Kind, java: &Java, folder: &Path) -> Result<(), String> {
    let Published { goal, artifacts } = published(kind);
    let project = project(folder, &artifacts)?;
    let output = Command::new("mvn")
        // A server that says nothing for two minutes will not.
        .args([
            "--batch-mode",
            "--quiet",
            "-Dmaven.wagon.rto=120000",
            "-Daether.connector.requestTimeout=120000",
            "--file",
        ])
        .arg(&project)
        .arg(format!("{PLUGIN}:{goal}"))
        .arg(format!("-DoutputDirectory={}", folder.display()))
        .env("JAVA_HOME", &java.home)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("Maven cannot be run: {error}"))?;
    // Written there because Maven asks for a file; no part of the server.
    let _ = fs::remove_file(&project);
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let errors: Vec<&str> = said.lines().filter(|line| line.contains("ERROR")).take(3).collect();
    let errors = if errors.is_empty() { said.trim() } else { &errors.join("\n") };
    Err(format!("Maven could not fetch {kind} ({}):\n{errors}", output.status))
}

/// A project that needs nothing but the artifacts.
fn project(folder: &Path, artifacts: &[(&str, &str, &str, &str)]) -> Result<PathBuf, String> {
    let mut text = "<project><modelVersion>4.0.0</modelVersion><groupId>events</groupId>\
                    <artifactId>servers</artifactId><version>1</version><dependencies>"
        .to_owned();
    for (group, name, version, kind) in artifacts {
        // A string takes whatever is written to it.
        let _ = write!(
            text,
            "<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId>\
             <version>{version}</version><type>{kind}</type></dependency>"
        );
    }
    text.push_str("</dependencies></project>\n");
    let path = folder.join("pom.xml");
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}
