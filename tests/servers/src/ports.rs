//! Free ports.

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::{Ipv4Addr, TcpListener};

/// The range from which Linux takes ports for outgoing connections, where it does not say.
const EPHEMERAL: (u16, u16) = (32_768, 60_999);

/// Two ports of 127.0.0.1 on which nobody listens.
///
/// Not from the range for outgoing connections: while a server is killed, a client that keeps calling its port
/// could be given that very port as its own and so talk to itself, and the server could not come back.
///
/// # Errors
/// None is free.
pub(crate) fn free() -> io::Result<[u16; 2]> {
    let (low, _) = ephemeral();
    let candidates = if low > 20_000 { 10_000..low } else { 61_000..65_535 };
    let span = u64::from(candidates.end - candidates.start);
    let start = RandomState::new().hash_one(0) % span;
    let mut free = (0..span).filter_map(|step| {
        // Less than `span`, which is a u16.
        let port = candidates.start + ((start + step) % span) as u16;
        Some((port, TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()?))
    });
    // Both are held until both are found.
    match (free.next(), free.next()) {
        (Some((first, _held)), Some((second, _))) => Ok([first, second]),
        _ => Err(io::Error::new(io::ErrorKind::AddrInUse, "no port of 127.0.0.1 is free")),
    }
}

fn ephemeral() -> (u16, u16) {
    let read = || {
        let text = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
        let mut ports = text.split_whitespace().map(str::parse);
        Some((ports.next()?.ok()?, ports.next()?.ok()?))
    };
    read().unwrap_or(EPHEMERAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ports_are_free_and_no_outgoing_connection_takes_them() {
        let [first, second] = free().unwrap();
        assert_ne!(first, second);
        let (low, high) = ephemeral();
        for port in [first, second] {
            assert!(port < low || port > high, "{port} is between {low} and {high}");
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        }
    }
}
