//! Credentials and TLS, against a server that notes what it is sent.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use events_core::{EventId, Filter, Search, SearchError, Viewer};
use events_es::Options;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
};

/// Has no index, and notes the heads of requests.
struct Server {
    port: u16,
    authority: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority =
            CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority");
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &authority).expect("a certificate");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key))
            .expect("a configuration");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let (acceptor, notes) = (TlsAcceptor::from(Arc::new(config)), heads.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, notes) = (acceptor.clone(), notes.clone());
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        answer(stream, &notes).await;
                    }
                });
            }
        });
        Self { port, authority: authority.pem(), heads }
    }

    fn address(&self, login: &str) -> String {
        format!("https://{login}localhost:{}", self.port)
    }

    /// The value that a header was last sent with.
    fn header(&self, name: &str) -> Option<String> {
        let heads = self.heads.lock().expect("nobody panicked");
        let lines = heads.last()?.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(of, _)| of.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
    }
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, notes: &Mutex<Vec<String>>) {
    let (mut request, mut byte) = (Vec::new(), [0]);
    while !request.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).await.is_ok() {
        request.push(byte[0]);
    }
    notes.lock().expect("nobody panicked").push(String::from_utf8_lossy(&request).into_owned());
    let body = r#"{"error":{"type":"index_not_found_exception","reason":"none"},"status":404}"#;
    let head = format!("HTTP/1.1 404 Not Found\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn options() -> Options {
    Options::new().search_limit(Duration::from_secs(10))
}

const ID: EventId = EventId::from_u128(1);

#[tokio::test]
async fn an_api_key_is_sent_to_a_server_whose_authority_is_trusted() {
    let server = Server::start().await;
    let options = options().api_key("c2VjcmV0").authority(server.authority.clone());
    let connected = options.connect(&server.address("")).expect("settings that fit");
    assert!(connected.get(ID, &Viewer::admin(), None).await.expect("an answer").is_none());
    assert_eq!(server.header("authorization").as_deref(), Some("ApiKey c2VjcmV0"));
    assert_eq!(server.header("content-encoding"), None);
}

#[tokio::test]
async fn credentials_of_the_address_are_sent_as_such() {
    let server = Server::start().await;
    let options = options().authority(server.authority.clone()).compress();
    let connected = options.connect(&server.address("jane:p%40ss@")).expect("settings that fit");
    let counted = connected.count(&Filter::everything(), &Viewer::admin(), None).await;
    let Err(SearchError::Unavailable(error)) = counted else { panic!("{counted:?}") };
    assert!(!error.to_string().contains("p@ss") && !format!("{error:?}").contains("p@ss"), "{error:?}");
    assert_eq!(server.header("authorization").as_deref(), Some("Basic amFuZTpwQHNz"));
    assert_eq!(server.header("content-encoding").as_deref(), Some("gzip"));
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_is_not_told_the_key() {
    let server = Server::start().await;
    let options = options().api_key("c2VjcmV0").search_limit(Duration::from_millis(500));
    let connected = options.connect(&server.address("")).expect("settings that fit");
    let Err(error) = connected.get(ID, &Viewer::admin(), None).await else { panic!("it was trusted") };
    let said = format!("{error} {error:?}");
    assert!(said.contains("certificate") && !said.contains("c2VjcmV0"), "{said}");
    assert!(server.heads.lock().expect("nobody panicked").is_empty());
}
