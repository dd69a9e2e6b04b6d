//! One Elasticsearch and one Kafka for all tests here, which may do with them what they like.

use std::{net::TcpStream, ops::Deref, thread};

use events_test_servers::{Disposable, ask};
use tokio::sync::{Mutex, MutexGuard};

/// What strikes both API servers.
pub(crate) struct Servers {
    pub(crate) elasticsearch: Disposable,
    pub(crate) kafka: Disposable,
}

/// They end with this process.
static SERVERS: Mutex<Option<Servers>> = Mutex::const_new(None);

/// The servers, held by one test at a time.
pub(crate) struct Held(MutexGuard<'static, Option<Servers>>);

impl Deref for Held {
    type Target = Servers;

    fn deref(&self) -> &Servers {
        self.0.as_ref().expect("there are some where they are held")
    }
}

impl Held {
    pub(crate) fn servers(&mut self) -> &mut Servers {
        self.0.as_mut().expect("there are some where they are held")
    }
}

/// Both, when no other test has them; none where one is left out.
pub(crate) async fn servers() -> Option<Held> {
    let mut servers = SERVERS.lock().await;
    match &mut *servers {
        None => *servers = tokio::task::block_in_place(start),
        // A test that failed may have left one dead.
        Some(Servers { elasticsearch, kafka }) => tokio::task::block_in_place(|| {
            if ask(elasticsearch.address(), "GET", "/", "").is_err() {
                elasticsearch.restart();
            }
            if TcpStream::connect(kafka.address()).is_err() {
                kafka.restart();
            }
        }),
    }
    servers.is_some().then_some(Held(servers))
}

fn start() -> Option<Servers> {
    thread::scope(|scope| {
        let elasticsearch = scope.spawn(|| Disposable::elasticsearch(&[]));
        let kafka = Disposable::kafka(&[]);
        let elasticsearch = elasticsearch.join().expect("it says why it does not start");
        Some(Servers { elasticsearch: elasticsearch?, kafka: kafka? })
    })
}
