//! A keep-alive HTTP/1.1 connection and nothing else: what a program would use that is tuned by hand.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::Result;

#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    /// `host` is `127.0.0.1:9200`.
    pub(crate) async fn open(host: &str) -> Result<Self> {
        let stream = TcpStream::connect(host).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::new() })
    }

    /// Sends what [`request`] rendered; the body of the answer.
    ///
    /// # Errors
    /// The status is none of success, or this is no HTTP.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Vec<u8>> {
        let (status, body) = self.ask_for_any(request).await?;
        if !(200..300).contains(&status) {
            return Err(format!("the server answered {status}: {}", String::from_utf8_lossy(&body)).into());
        }
        Ok(body)
    }

    /// The same; status and body of whatever is answered.
    ///
    /// # Errors
    /// This is no HTTP.
    pub(crate) async fn ask_for_any(&mut self, request: &[u8]) -> Result<(u16, Vec<u8>)> {
        self.stream.write_all(request).await?;
        self.received.clear();
        loop {
            if let Some(answer) = read(&self.received)? {
                return Ok(answer);
            }
            if self.stream.read_buf(&mut self.received).await? == 0 {
                return Err("the server closed a connection instead of answering".into());
            }
        }
    }
}

/// A whole request as it goes over the wire. Each header ends its line.
pub(crate) fn request(host: &str, line: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("{line} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// One with a body of JSON.
#[cfg(feature = "servers")]
pub(crate) fn json_request(host: &str, method: &str, path: &str, body: &[u8]) -> Vec<u8> {
    request(host, &format!("{method} {path}"), "Content-Type: application/json\r\n", body)
}

/// Status and body of an answer; none while some of it is missing.
fn read(answer: &[u8]) -> Result<Option<(u16, Vec<u8>)>> {
    let Some(end) = find(answer, b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&answer[..end])?.to_ascii_lowercase();
    let rest = &answer[end + 4..];
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let body = match length {
        Some(length) => rest.get(..length.trim().parse()?).map(<[u8]>::to_vec),
        None if head.contains("transfer-encoding: chunked") => joined(rest)?,
        None => return Err(format!("an answer without a length: {head:?}").into()),
    };
    let status = head.split(' ').nth(1).ok_or("an answer without a status")?.parse()?;
    Ok(body.map(|body| (status, body)))
}

/// Joins the chunks of a body (RFC 9112, section 7.1); none while some are missing.
fn joined(mut rest: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    loop {
        let Some(line) = find(rest, b"\r\n") else { return Ok(None) };
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line])?.trim(), 16)?;
        let Some(chunk) = rest.get(line + 2..line + 4 + size) else { return Ok(None) };
        if size == 0 {
            return Ok(Some(body));
        }
        body.extend_from_slice(&chunk[..size]);
        rest = &rest[line + 4 + size..];
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_once_all_of_it_is_there() {
        let whole = [
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde".as_slice(),
            b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n",
        ];
        for answer in whole {
            let (status, body) = read(answer).unwrap().unwrap();
            assert_eq!((status / 100, body.as_slice()), (2, b"abcde".as_slice()));
            for cut in 0..answer.len() {
                assert_eq!(read(&answer[..cut]).unwrap(), None);
            }
        }
        let refused = read(b"HTTP/1.1 429 Too Many\r\nContent-Length: 2\r\n\r\n{}").unwrap();
        assert_eq!(refused, Some((429, b"{}".to_vec())));
    }
}
