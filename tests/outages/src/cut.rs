//! A network that is cut in the middle of a request: whether it was done is for the next one to find out.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{scene::Scene, servers::servers};

/// Between an API server and Elasticsearch: passes requests on, and cuts some of those that deliver.
struct Proxy {
    address: String,
    network: Arc<Network>,
}

#[derive(Default)]
struct Network {
    server: String,
    is_bad: AtomicBool,
    bulks: AtomicU64,
    cuts: [AtomicU64; 3],
}

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// It is done, and the connection breaks before its answer.
    Answer,
    /// It is done, and nothing is heard of it any more.
    Silence,
    /// Half of it arrives.
    Request,
}

impl Proxy {
    async fn before(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server = url.strip_prefix("http://").unwrap().to_owned();
        let network = Arc::new(Network { server, ..Network::default() });
        let accepting = network.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let network = accepting.clone();
                // A connection that breaks is what this is about.
                tokio::spawn(async move { network.pass_on(client).await.ok() });
            }
        });
        Self { address, network }
    }
}

impl Network {
    /// One request and its answer.
    async fn pass_on(&self, mut client: TcpStream) -> io::Result<()> {
        let Some(request) = read_request(&mut client).await? else { return Ok(()) };
        let cut = self.cut(&request);
        let mut server = TcpStream::connect(&self.server).await?;
        if cut == Some(Cut::Request) {
            server.write_all(&request[..request.len() / 2]).await?;
            return server.shutdown().await;
        }
        server.write_all(&request).await?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer).await?;
        match cut {
            None => client.write_all(&answer).await,
            Some(Cut::Silence) => client.read(&mut [0]).await.map(drop),
            Some(_) => Ok(()),
        }
    }

    /// Whether this request is cut, and how: every other one that delivers, in each way in turn.
    fn cut(&self, request: &[u8]) -> Option<Cut> {
        if !request.starts_with(b"POST /_bulk") || !self.is_bad.load(Ordering::Relaxed) {
            return None;
        }
        let number = self.bulks.fetch_add(1, Ordering::Relaxed);
        let way = (number / 2 % 3) as usize;
        number.is_multiple_of(2).then(|| {
            self.cuts[way].fetch_add(1, Ordering::Relaxed);
            [Cut::Answer, Cut::Silence, Cut::Request][way]
        })
    }
}

/// A whole request, changed so that the server closes the connection behind its answer; none where nothing
/// more comes.
async fn read_request(client: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut request = Vec::new();
    let end = loop {
        if let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if client.read_buf(&mut request).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&request[..end]).into_owned();
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = request.split_off(end + 4);
    while body.len() < length.unwrap_or(0) {
        if client.read_buf(&mut body).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some([head.as_bytes(), b"\r\nconnection: close\r\n\r\n", &body].concat()))
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_are_cut_before_or_after_they_were_done_lose_and_double_nothing() {
    let Some(held) = servers().await else { return };
    let proxy = Proxy::before(held.elasticsearch.address()).await;
    let scene = Scene::reached_through(&proxy.address, &held.elasticsearch, &held.kafka).await;
    let is_bad = |is_bad| proxy.network.is_bad.store(is_bad, Ordering::Relaxed);
    scene.strike("the network is cut in the middle of requests", || is_bad(true));
    scene.shows(|_| proxy.network.cuts.iter().all(|cuts| cuts.load(Ordering::Relaxed) >= 8)).await;
    scene.shows(|server| server.site.relay("elasticsearch").redelivered > 0).await;
    scene.mends(|| is_bad(false)).await;
    scene.proof().await;
}
