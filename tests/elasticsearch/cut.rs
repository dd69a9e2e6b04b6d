//! A network that can be cut between a process and the server.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

/// Passes everything on, until it is cut.
pub(crate) struct Cut {
    port: u16,
    line: Arc<Line>,
}

#[derive(Default)]
struct Line {
    is_cut: AtomicBool,
    connections: Mutex<Vec<TcpStream>>,
}

impl Cut {
    pub(crate) fn to(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let line = Arc::<Line>::default();
        let (server, accepting) = (url.trim_start_matches("http://").to_owned(), line.clone());
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                if accepting.is_cut.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(far) = TcpStream::connect(&server) else { continue };
                let ends = [near.try_clone().unwrap(), far.try_clone().unwrap()];
                accepting.connections.lock().unwrap().extend(ends);
                pass(near.try_clone().unwrap(), far.try_clone().unwrap());
                pass(far, near);
            }
        });
        Self { port, line }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Whether everything on the line is lost, what is under way too.
    pub(crate) fn set(&self, is_cut: bool) {
        self.line.is_cut.store(is_cut, Ordering::SeqCst);
        if is_cut {
            for connection in self.line.connections.lock().unwrap().drain(..) {
                let _ = connection.shutdown(Shutdown::Both);
            }
        }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        let mut bytes = [0; 16 * 1_024];
        while let Ok(read @ 1..) = from.read(&mut bytes) {
            if to.write_all(&bytes[..read]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}
