//! Where the partitions of a topic end, asked now and then while the relay moves: a topic may be shared, and what
//! others write to partitions that this relay writes little to would have to be read after a crash.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rdkafka::producer::Producer;
use tokio::sync::oneshot;

use crate::{
    landmarks::Offsets,
    reading::{partitions, watermarks},
    session::Session,
};

/// So often at most.
const EVERY: Duration = Duration::from_secs(10);

/// How long one question may take. A session that has to end waits for it.
const LIMIT: Duration = Duration::from_secs(1);

/// A question under way, and when there was one last.
#[derive(Debug)]
pub(crate) struct Ends {
    asked: Instant,
    answer: Option<oneshot::Receiver<Offsets>>,
}

impl Ends {
    /// To be asked in a while.
    pub(crate) fn unknown() -> Self {
        Self { asked: Instant::now(), answer: None }
    }

    /// Where they ended at some time since they were asked for; once.
    pub(crate) fn answered(&mut self) -> Option<Offsets> {
        let ends = self.answer.as_mut()?.try_recv().ok()?;
        self.answer = None;
        Some(ends)
    }

    /// Asks, where it is time to. Without an answer it is asked again later.
    pub(crate) fn ask(&mut self, session: &Arc<Session>, topic: &str) {
        if self.asked.elapsed() < EVERY {
            return;
        }
        self.asked = Instant::now();
        let (tell, answer) = oneshot::channel();
        self.answer = Some(answer);
        let (session, topic) = (Arc::clone(session), topic.to_owned());
        let ask = move || {
            let client = session.producer().client();
            let ends =
                partitions(client, &topic, LIMIT).and_then(|partitions| watermarks(client, &topic, &partitions, LIMIT));
            if let Ok((_, ends)) = ends {
                // Nobody may be waiting any more.
                let _ = tell.send(ends);
            }
        };
        let _ = thread::Builder::new().name("events-kafka-ends".to_owned()).spawn(ask);
    }
}
