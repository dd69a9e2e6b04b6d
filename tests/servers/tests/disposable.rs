//! A server of one's own: it comes back after it was killed, and goes when its holder does.
//!
//! With Kafka, the quickest to start; what is promised is the same for all.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    env,
    io::{BufRead, BufReader},
    net::TcpStream,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use events_test_servers::Disposable;

const HOLD: &str = "EVENTS_TEST_HOLD";
const LIMIT: Duration = Duration::from_secs(30);

fn answers(address: &str) -> bool {
    TcpStream::connect(address).is_ok()
}

#[test]
fn a_killed_server_comes_back_at_its_address_and_ends_when_it_is_dropped() {
    let Some(mut server) = Disposable::kafka(&[]) else { return };
    let address = server.address().to_owned();
    assert!(answers(&address));
    server.kill();
    assert!(!answers(&address));
    server.restart();
    assert!(answers(&address));
    drop(server);
    assert!(!answers(&address));
}

/// What the child process does; otherwise it is no test.
#[test]
fn holder() {
    if env::var_os(HOLD).is_none() {
        return;
    }
    let Some(server) = Disposable::kafka(&[]) else {
        println!("\nat ");
        return;
    };
    println!("\nat {}", server.address());
    // Until it is killed.
    loop {
        thread::park();
    }
}

#[test]
fn a_server_does_not_outlive_a_holder_that_is_killed() {
    let mut holder = Command::new(env::current_exe().unwrap())
        .args(["--exact", "holder", "--nocapture"])
        .env(HOLD, "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(holder.stdout.take().unwrap()).lines();
    let said = lines.map_while(Result::ok).find_map(|line| Some(line.strip_prefix("at ")?.to_owned()));
    // Where servers are left out there is none to outlive it.
    let address = Some(said.expect("the holder says where")).filter(|address| !address.is_empty());
    assert!(address.iter().all(|address| answers(address)));
    holder.kill().unwrap();
    holder.wait().unwrap();
    let Some(address) = address else { return };
    let start = Instant::now();
    while answers(&address) {
        assert!(start.elapsed() < LIMIT, "the server goes on");
        thread::sleep(Duration::from_millis(50));
    }
}
