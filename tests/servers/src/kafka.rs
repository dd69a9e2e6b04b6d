//! How a Kafka broker is started: one node that is its own controller.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::java::Java;

/// Small, and quick to start on two cores.
const JVM: [&str; 4] = ["-Xms256m", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];

/// Any id of the right form: each of these clusters has one node.
const CLUSTER: &str = "ZXZlbnRzLXRlc3Qtc2VydmU";

/// After a SIGKILL the broker may come back once its old session is over: two seconds instead of nine.
const SETTINGS: &str = "\
process.roles=broker,controller
node.id=1
controller.listener.names=CONTROLLER
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
";

fn settings_file(folder: &Path) -> PathBuf {
    folder.join("server.properties")
}

/// Writes the settings.
pub(crate) fn prepare(folder: &Path, [clients, controller]: [u16; 2], settings: &[(String, String)]) -> io::Result<()> {
    let mut text = SETTINGS.to_owned();
    let listener = format!("PLAINTEXT://127.0.0.1:{clients}");
    let own = [
        ("log.dirs", folder.join("data").to_string_lossy().into_owned()),
        ("controller.quorum.voters", format!("1@127.0.0.1:{controller}")),
        ("listeners", format!("{listener},CONTROLLER://127.0.0.1:{controller}")),
        ("advertised.listeners", listener),
    ];
    let given = settings.iter().map(|(name, value)| (name.as_str(), value.clone()));
    // The last of one name counts.
    for (name, value) in own.into_iter().chain(given) {
        // A string takes whatever is written to it.
        let _ = writeln!(text, "{name}={value}");
    }
    fs::write(settings_file(folder), text)
}

/// Makes an empty log. Ends by itself.
pub(crate) fn format(java: &Java, fetched: &Path, folder: &Path) -> Command {
    let mut command = run(java, fetched, folder, "kafka.tools.StorageTool");
    command.args(["format", "-t", CLUSTER, "-c"]).arg(settings_file(folder));
    command
}

/// The broker in the foreground.
pub(crate) fn command(java: &Java, fetched: &Path, folder: &Path) -> Command {
    let mut command = run(java, fetched, folder, "kafka.Kafka");
    command.arg(settings_file(folder));
    command
}

fn run(java: &Java, fetched: &Path, folder: &Path, class: &str) -> Command {
    let mut command = Command::new(java.program());
    command.env_clear().env("HOME", folder);
    command.args(JVM).arg("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
    command.arg("-cp").arg(fetched.join("*")).arg(class);
    command
}
