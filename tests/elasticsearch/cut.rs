//! A network between a process and the server that can be cut, or lose what the server answers.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex},
    thread,
};

/// Passes everything on, until it is cut.
pub(crate) struct Cut {
    port: u16,
    line: Arc<Line>,
}

#[derive(Default)]
struct Line {
    ends: Mutex<Ends>,
    changed: Condvar,
}

#[derive(Default)]
struct Ends {
    is_cut: bool,
    withholds_answers: bool,
    connections: Vec<TcpStream>,
}

impl Cut {
    pub(crate) fn to(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let line = Arc::<Line>::default();
        let (server, accepting) = (url.trim_start_matches("http://").to_owned(), line.clone());
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let Ok(far) = TcpStream::connect(&server) else { continue };
                let connection = [near.try_clone().unwrap(), far.try_clone().unwrap()];
                let mut ends = accepting.ends.lock().unwrap();
                if ends.is_cut {
                    continue;
                }
                ends.connections.extend(connection);
                drop(ends);
                pass(near.try_clone().unwrap(), far.try_clone().unwrap(), || {});
                let line = accepting.clone();
                pass(far, near, move || {
                    let ends = line.ends.lock().unwrap();
                    drop(line.changed.wait_while(ends, |ends| ends.withholds_answers).unwrap());
                });
            }
        });
        Self { port, line }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Whether everything on the line is lost, what is under way too.
    pub(crate) fn set(&self, is_cut: bool) {
        let mut ends = self.line.ends.lock().unwrap();
        ends.is_cut = is_cut;
        if is_cut {
            for connection in ends.connections.drain(..) {
                let _ = connection.shutdown(Shutdown::Both);
            }
        }
    }

    /// Whether answers are kept back: requests reach the server, and nobody learns what it did.
    pub(crate) fn withhold_answers(&self, withholds: bool) {
        self.line.ends.lock().unwrap().withholds_answers = withholds;
        self.line.changed.notify_all();
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, wait: impl Fn() + Send + 'static) {
    thread::spawn(move || {
        let mut bytes = [0; 16 * 1_024];
        while let Ok(read @ 1..) = from.read(&mut bytes) {
            wait();
            if to.write_all(&bytes[..read]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}
