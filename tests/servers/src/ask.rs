//! Asking a server over HTTP with nothing but a socket: past every client that is tested.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// One answer takes this long at most.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sends one request, with a body of JSON where it is not empty; answers with status and body.
///
/// ```no_run
/// let (status, body) = events_test_servers::ask("http://127.0.0.1:9200", "GET", "/_cluster/health", "")?;
/// assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// Nobody answers at `url`, which is `http://host:port`, or what comes is no answer.
pub fn ask(url: &str, method: &str, path: &str, body: &str) -> io::Result<(u16, Vec<u8>)> {
    ask_within(PATIENCE, url, method, path, body)
}

pub(crate) fn ask_within(
    patience: Duration,
    url: &str,
    method: &str,
    path: &str,
    body: &str,
) -> io::Result<(u16, Vec<u8>)> {
    let host = url.strip_prefix("http://").ok_or_else(|| wrong("the address does not begin with `http://`"))?;
    let host = host.trim_end_matches('/');
    let mut stream = TcpStream::connect(host)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    read(&answer)
}

fn read(answer: &[u8]) -> io::Result<(u16, Vec<u8>)> {
    let end = find(answer, b"\r\n\r\n").ok_or_else(|| wrong("it ends within its head"))?;
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let body = &answer[end + 4..];
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| wrong("it has no status"))?;
    let is_chunked = head.lines().any(|line| line.starts_with("transfer-encoding:") && line.contains("chunked"));
    Ok((status, if is_chunked { unchunked(body)? } else { body.to_vec() }))
}

/// Each chunk has its length before it; the last has none.
fn unchunked(mut body: &[u8]) -> io::Result<Vec<u8>> {
    let mut whole = Vec::with_capacity(body.len());
    loop {
        let cut = || wrong("it ends within a chunk");
        let end = find(body, b"\r\n").ok_or_else(cut)?;
        let length = String::from_utf8_lossy(&body[..end]);
        let length = usize::from_str_radix(length.trim(), 16).map_err(|_| wrong("a chunk has no length"))?;
        if length == 0 {
            return Ok(whole);
        }
        body = &body[end + 2..];
        whole.extend_from_slice(body.get(..length).ok_or_else(cut)?);
        body = body.get(length + 2..).ok_or_else(cut)?;
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

fn wrong(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("that is no HTTP answer: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_whole_or_in_chunks() {
        let whole = b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(read(whole).unwrap(), (404, b"{}".to_vec()));
        let chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n";
        assert_eq!(read(chunks).unwrap(), (200, b"abc0123456789".to_vec()));
        for cut in [&whole[..20], &chunks[..60]] {
            assert!(read(cut).is_err());
        }
    }
}
