//! A journal whose disk is full while it delivers.

use std::{
    env, fs,
    path::Path,
    process::{self, Command},
    time::Duration,
};

use events::{Ack, sqlite};
use tokio::task::block_in_place;

use crate::{
    fleet::until_within,
    load::Load,
    place::{DELIVERED, Place},
    proof::Evidence,
    scene::{PARTITIONS, PATIENCE, new_place},
    servers::servers,
    topics::Topic,
};

/// What fills up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Full {
    /// A small disk of its own: what relays remember finds no space either. Only the process that has it sees
    /// it.
    Disk,
    /// A limit on the size of files, where nobody may mount a disk.
    Files,
}

impl Full {
    const VARIABLE: &str = "EVENTS_TEST_FULL";

    fn here() -> Self {
        let may_mount = Self::Disk.shell("true").env("FOLDER", env::temp_dir()).output();
        if may_mount.is_ok_and(|output| output.status.success()) { Self::Disk } else { Self::Files }
    }

    fn of_environment() -> Self {
        if env::var_os(Self::VARIABLE).is_some_and(|value| value == "Disk") { Self::Disk } else { Self::Files }
    }

    /// A shell in which `$FOLDER` takes some hundreds of events, and then no more.
    fn shell(self, then: &str) -> Command {
        let mut command = match self {
            Self::Disk => Command::new("unshare"),
            Self::Files => Command::new("sh"),
        };
        match self {
            Self::Disk => command
                .args(["--user", "--map-root-user", "--mount", "sh", "-c"])
                .arg(format!("mount -t tmpfs -o size=2m events \"$FOLDER\" && {then}")),
            // Writing fails then, and does not kill.
            Self::Files => command.arg("-c").arg(format!("trap '' XFSZ && ulimit -S -f 3000 && {then}")),
        };
        command.env(Self::VARIABLE, format!("{self:?}"));
        command
    }

    /// In the process that runs there.
    fn give_space(self, folder: &Path) {
        let mut command = match self {
            Self::Disk => Command::new("mount"),
            Self::Files => Command::new("prlimit"),
        };
        match self {
            Self::Disk => command.args(["-o", "remount,size=64m"]).arg(folder),
            Self::Files => command.args(["--fsize=unlimited:", "--pid", &process::id().to_string()]),
        };
        assert!(command.status().unwrap().success());
    }
}

/// What the child process does; without a place it is no test.
#[tokio::test(flavor = "multi_thread")]
async fn api_server() {
    let Some(place) = Place::of_environment() else { return };
    // Nothing is sealed before the disk is full.
    let site = place.open(sqlite::Options::new());
    let load = Load::on(&site, Duration::from_millis(5));
    let says = || format!("the last refusal {:?}, {:#?}", load.refusal(), site.manager.relays());
    let is_full = || load.refusal().is_some_and(|refusal| refusal.contains("no space left"));
    until_within(PATIENCE, || format!("the disk is full: {}", says()), is_full).await;
    until_within(PATIENCE, || format!("what is stored is delivered: {}", says()), || site.is_delivered()).await;

    block_in_place(|| Full::of_environment().give_space(&place.events()));
    let before = load.acknowledged();
    until_within(PATIENCE, || format!("there is space: {}", says()), || load.acknowledged() >= before + 300).await;
    load.stop().await;
    drop(site.shut_down().await);
    let topic = Topic::known(&place.kafka, &place.topic, PARTITIONS);
    Evidence { place: &place, topic: &topic }.prove();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_whose_disk_is_full_delivers_what_it_has_and_goes_on_when_there_is_space() {
    let Some(held) = servers().await else { return };
    let full = block_in_place(Full::here);
    println!("what the journal is kept on is full: {full:?}");
    for ack in [Ack::Journal, DELIVERED] {
        let (place, _, _folder) = new_place(held.elasticsearch.address(), &held.kafka, ack).await;
        fs::create_dir(place.events()).unwrap();
        let mut child = full.shell("exec \"$0\" --exact full_disk::api_server --nocapture");
        child.arg(env::current_exe().unwrap()).envs(place.environment()).env("FOLDER", place.events());
        let output = block_in_place(|| child.output().unwrap());
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && out.contains("1 passed"), "{}\n{out}\n{err}", output.status);
        out.lines().filter(|line| line.starts_with("  ")).for_each(|proof| println!("{proof}"));
        place.index.remove();
    }
}
