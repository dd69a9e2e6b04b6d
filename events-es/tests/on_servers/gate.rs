//! A gate before a server, which holds answers back.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard},
    thread,
};

/// Passes everything on, but for the answers to what it is told to hold.
pub(crate) struct Gate {
    pub(crate) address: String,
    held: Arc<Held>,
}

#[derive(Default)]
struct Held {
    now: Mutex<Now>,
    changed: Condvar,
}

#[derive(Default)]
struct Now {
    /// What a request has in it whose answers stay here; none is held where this is none.
    which: Option<&'static str>,
    /// Answers that are here.
    answers: usize,
}

impl Held {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().expect("nobody panics here")
    }

    /// Keeps the answer to this request for as long as it is to be held.
    fn keep(&self, request: &str) {
        let stays = |now: &Now| now.which.is_some_and(|which| request.contains(which));
        let mut now = self.now();
        while stays(&now) {
            now.answers += 1;
            now = self.changed.wait(now).expect("nobody panics here");
            now.answers -= 1;
        }
    }
}

impl Gate {
    pub(crate) fn before(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let (held, server) = (Arc::<Held>::default(), url.trim_start_matches("http://").to_owned());
        let all = held.clone();
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                if let Ok(far) = TcpStream::connect(&server) {
                    pass(near, far, &all);
                }
            }
        });
        Self { address, held }
    }

    /// From now on, answers to requests that have this in them stay here.
    pub(crate) fn hold(&self, which: &'static str) {
        self.held.now().which = Some(which);
    }

    /// Whether an answer is here.
    pub(crate) fn holds(&self) -> bool {
        self.held.now().answers > 0
    }

    /// Lets all answers go.
    pub(crate) fn open(&self) {
        self.held.now().which = None;
        self.held.changed.notify_all();
    }
}

/// Both ways of a connection.
fn pass(near: TcpStream, far: TcpStream, held: &Arc<Held>) {
    let clone = |stream: &TcpStream| stream.try_clone().expect("a handle");
    let asked = Arc::<Mutex<Vec<u8>>>::default();
    let (from, to, request) = (clone(&near), clone(&far), asked.clone());
    thread::spawn(move || {
        copy(from, to, |bytes| request.lock().expect("nobody panics here").extend_from_slice(bytes));
    });
    let held = held.clone();
    thread::spawn(move || {
        copy(far, near, |_| {
            // What was asked up to here is answered now.
            let request = std::mem::take(&mut *asked.lock().expect("nobody panics here"));
            held.keep(&String::from_utf8_lossy(&request));
        });
    });
}

fn copy(mut from: TcpStream, mut to: TcpStream, mut each: impl FnMut(&[u8])) {
    let mut bytes = [0; 16 * 1_024];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        each(&bytes[..read]);
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
