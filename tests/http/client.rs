//! A small HTTP client: one connection for each request.

use std::{collections::HashMap, net::SocketAddr, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// A request under construction.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) address: SocketAddr,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// What was answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) text: String,
}

impl Request {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// As this caller.
    pub(crate) fn by(self, caller: &str) -> Self {
        if caller.is_empty() { self } else { self.header("nuvla-authn-info", caller) }
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        Self { body: body.to_string().into_bytes(), ..self.header("content-type", "application/json") }
    }

    /// A form, already encoded.
    pub(crate) fn form(self, body: &str) -> Self {
        Self { body: body.as_bytes().to_vec(), ..self.header("content-type", "application/x-www-form-urlencoded") }
    }

    /// Sends it, and leaves the connection open.
    pub(crate) async fn open(self) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("it listens");
        let mut head = format!("{} {} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", self.body.len()));
        stream.write_all(&[head.as_bytes(), &self.body].concat()).await.expect("it reads");
        stream
    }

    pub(crate) async fn send(self) -> Answer {
        let shown = format!("{} {}", self.method, self.path);
        let mut stream = self.open().await;
        let mut bytes = Vec::new();
        // A server that refuses a body may close before all of it was sent.
        let read = tokio::time::timeout(LIMIT, stream.read_to_end(&mut bytes)).await;
        let read = read.unwrap_or_else(|_| panic!("{shown} is answered in time"));
        assert!(read.is_ok() || !bytes.is_empty(), "{shown}: {read:?}");
        Answer::read(&String::from_utf8(bytes).expect("text"))
    }
}

impl Answer {
    fn read(answer: &str) -> Self {
        let (head, text) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
        let pair = |line: &str| {
            let (name, value) = line.split_once(':').expect("a header");
            (name.to_ascii_lowercase(), value.trim().to_owned())
        };
        Self { status: status.expect("a status"), headers: lines.map(pair).collect(), text: text.to_owned() }
    }

    /// The body, which is JSON whatever was asked.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.headers.get("content-type").map(String::as_str), Some("application/json"), "{self:?}");
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Its status and message.
    pub(crate) fn said(&self) -> (u16, String) {
        let body = self.json();
        assert_eq!(body["status"], self.status, "{body}");
        (self.status, body["message"].as_str().unwrap_or_default().to_owned())
    }

    /// The answer of what went well.
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }
}
