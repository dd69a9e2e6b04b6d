//! Whether a server answers, asked with nothing but a socket.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use crate::ask::ask_within;

/// One answer takes this long at most.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether anybody listens on this port of 127.0.0.1.
pub(crate) fn is_open(port: u16) -> bool {
    connect(port).is_ok()
}

/// Whether an Elasticsearch takes requests: its cluster is green or yellow.
pub(crate) fn elasticsearch(port: u16) -> bool {
    let answer = ask_within(PATIENCE, &format!("http://127.0.0.1:{port}"), "GET", "/_cluster/health", "");
    answer.is_ok_and(|(status, body)| {
        let body = String::from_utf8_lossy(&body);
        let well = [r#""status":"green""#, r#""status":"yellow""#];
        status == 200 && well.iter().any(|status| body.contains(status))
    })
}

/// Whether a Kafka broker is part of its own cluster. It answers before that, and knows no broker then.
pub(crate) fn kafka(port: u16) -> bool {
    brokers(port).is_ok_and(|brokers| brokers > 0)
}

/// Asks for the metadata of no topic (version 1 of the request); how many brokers the answer lists.
fn brokers(port: u16) -> io::Result<u32> {
    const METADATA: u16 = 3;
    let mut request = Vec::new();
    request.extend(METADATA.to_be_bytes());
    request.extend(1_u16.to_be_bytes());
    let correlation = 7_u32.to_be_bytes();
    request.extend(correlation);
    let client = b"ready";
    request.extend((client.len() as u16).to_be_bytes());
    request.extend(client);
    let topics = 0_u32;
    request.extend(topics.to_be_bytes());

    let mut stream = connect(port)?;
    stream.write_all(&(request.len() as u32).to_be_bytes())?;
    stream.write_all(&request)?;
    // Its length, the correlation, the number of brokers.
    let mut answer = [0; 12];
    stream.read_exact(&mut answer)?;
    let [_, .., a, b, c, d] = answer;
    if answer[4..8] != correlation {
        return Err(io::Error::other("an answer to another request"));
    }
    Ok(u32::from_be_bytes([a, b, c, d]))
}

fn connect(port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}
