//! How a cluster is reached, and how events are kept there.

use std::{fmt, time::Duration};

use elasticsearch::{
    auth::Credentials,
    cert::{Certificate, CertificateValidation},
    http::{
        Url,
        transport::{SingleNodeConnectionPool, TransportBuilder},
    },
};
use events_core::Batches;

use crate::{
    client::{Client, Node},
    handle::Elasticsearch,
    layout::{Layout, PREFIX_RULE},
    setup::Spread,
};

/// Settings of a connection; the defaults suit a cluster of any size.
///
/// Credentials stand neither in `Debug` nor in any message.
///
/// ```no_run
/// use events_es::{Options, Refresh};
///
/// let elasticsearch = Options::new()
///     .api_key("VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw==")
///     .authority(std::fs::read("http_ca.crt")?)
///     .refresh(Refresh::Wait)
///     .connect("https://es-1:9200,https://es-2:9200")?;
/// # let _ = elasticsearch;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) name: String,
    prefix: String,
    login: Option<Login>,
    authorities: Vec<Vec<u8>>,
    compress: bool,
    request_limit: Duration,
    pub(crate) search_limit: Duration,
    pub(crate) refresh: Refresh,
    pub(crate) spread: Spread,
    pub(crate) batches: Batches,
}

/// When searches see what was delivered. An event is found by its id at once in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Refresh {
    /// Within a second.
    #[default]
    Soon,
    /// A delivery counts once searches see it: up to a second later. With
    /// `Ack::Delivered` a handler starts that much later.
    Wait,
    /// At once. Every batch makes a small segment, which costs the server much: for tests.
    Now,
}

/// Who we are to the server.
#[derive(Clone)]
enum Login {
    ApiKey(String),
    Basic { user: String, password: String },
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ApiKey(_) => "ApiKey(…)",
            Self::Basic { .. } => "Basic(…)",
        })
    }
}

/// Why a connection cannot be set up. Nothing was sent yet.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// An address is none.
    #[error(
        "`{address}` is not the address of an Elasticsearch node: {why}; write `http://host:9200`, several with commas [EVT160]"
    )]
    Address {
        /// As it was given, without credentials.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// Indices may not be called so.
    #[error("`{0}` cannot be the beginning of index names: {PREFIX_RULE} [EVT160]")]
    Prefix(String),
    /// An API key or a password that cannot be sent.
    #[error("the {0} for Elasticsearch has characters that no such one has: look for a line break at its end [EVT160]")]
    Login(&'static str),
    /// A certificate authority that is none.
    #[error(
        "the certificate authority for Elasticsearch cannot be used: {0}; give the PEM file that starts with `-----BEGIN CERTIFICATE-----` [EVT160]"
    )]
    Authority(String),
    /// The threads that talk to the server could not be started.
    #[error("the threads that talk to Elasticsearch cannot be started [EVT160]")]
    Threads(#[from] std::io::Error),
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

impl Options {
    /// The defaults.
    pub fn new() -> Self {
        Self {
            name: "elasticsearch".to_owned(),
            prefix: "events".to_owned(),
            login: None,
            authorities: Vec::new(),
            compress: false,
            request_limit: Duration::from_secs(30),
            search_limit: Duration::from_secs(5),
            refresh: Refresh::Soon,
            spread: Spread { shards: 1, replicas: None },
            batches: Batches { events: 500, bytes: 4 << 20, in_flight: 4 },
        }
    }

    /// How configuration and metrics name this destination; `elasticsearch` by default. Its position in the
    /// journal is kept under this name.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The beginning of the names of indices; `events` by default.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// The encoded API key, as the server gives it out.
    pub fn api_key(mut self, encoded: impl Into<String>) -> Self {
        self.login = Some(Login::ApiKey(encoded.into()));
        self
    }

    /// User and password; they may stand in the address too.
    pub fn basic_auth(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.login = Some(Login::Basic { user: user.into(), password: password.into() });
        self
    }

    /// A certificate authority to trust beside the public ones, as PEM.
    pub fn authority(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.authorities.push(pem.into());
        self
    }

    /// Compresses what is sent. Worth it where the network is the narrow place.
    pub fn compress(mut self) -> Self {
        self.compress = true;
        self
    }

    /// How long one request may take; 30 seconds by default.
    pub fn request_limit(mut self, limit: Duration) -> Self {
        self.request_limit = limit;
        self
    }

    /// How long a search may take that does not say so itself; 5 seconds by default.
    pub fn search_limit(mut self, limit: Duration) -> Self {
        self.search_limit = limit;
        self
    }

    /// When searches see what was delivered.
    pub fn refresh(mut self, refresh: Refresh) -> Self {
        self.refresh = refresh;
        self
    }

    /// How many copies of each index there are beside the first; by default one where the cluster has more
    /// than one node. Holds for indices that are made from now on.
    pub fn replicas(mut self, copies: u32) -> Self {
        self.spread.replicas = Some(copies);
        self
    }

    /// How many shards an index has, at least one, which is the default and enough for some 50 GB a month. Holds
    /// for indices that are made from now on.
    pub fn shards(mut self, shards: u32) -> Self {
        self.spread.shards = shards.max(1);
        self
    }

    /// How large batches are, and how many are under way at once; 500 events, 4 MiB and 4 by default.
    pub fn batches(mut self, batches: Batches) -> Self {
        self.batches = batches;
        self
    }

    /// Connects to the nodes of one cluster: their addresses, with commas between them. Sends nothing yet.
    /// Proxies that the environment names are not used.
    ///
    /// # Errors
    /// Something of the settings cannot be used.
    pub fn connect(self, addresses: &str) -> Result<Elasticsearch, ConnectError> {
        let layout = Layout::new(&self.prefix).ok_or_else(|| ConnectError::Prefix(self.prefix.clone()))?;
        let nodes: Result<Vec<Node>, _> = addresses.split(',').map(|address| self.node(address.trim())).collect();
        let client = Client::new(nodes?, self.request_limit);
        Elasticsearch::new(self, layout, client)
    }

    fn node(&self, address: &str) -> Result<Node, ConnectError> {
        let wrong = |why: String| ConnectError::Address { address: without_login(address).to_owned(), why };
        let mut url = Url::parse(address).map_err(|error| wrong(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(wrong("it begins neither with `http://` nor with `https://`".to_owned()));
        }
        let login = match (url.username(), url.password()) {
            ("", None) => self.login.clone(),
            (user, password) => {
                let decoded =
                    |text: &str| decode(text).ok_or_else(|| wrong("its credentials cannot be read".to_owned()));
                Some(Login::Basic { user: decoded(user)?, password: decoded(password.unwrap_or_default())? })
            }
        };
        // An address with a host can have neither.
        let stripped = url.set_username("").and_then(|()| url.set_password(None));
        stripped.map_err(|()| wrong("it cannot have credentials".to_owned()))?;
        let name = url.to_string().trim_end_matches('/').to_owned();
        let mut transport = TransportBuilder::new(SingleNodeConnectionPool::new(url))
            .disable_proxy()
            .enable_meta_header(false)
            .request_body_compression(self.compress);
        if let Some(login) = &login {
            transport = transport.auth(login.credentials()?);
        }
        if let Some(authorities) = self.certificates()? {
            transport = transport.cert_validation(CertificateValidation::Full(authorities));
        }
        let transport = transport.build().map_err(|error| wrong(error.to_string()))?;
        Ok(Node::new(name, transport))
    }

    fn certificates(&self) -> Result<Option<Certificate>, ConnectError> {
        let mut all: Option<Certificate> = None;
        for pem in &self.authorities {
            let one = Certificate::from_pem(pem).map_err(|error| ConnectError::Authority(error.to_string()))?;
            match &mut all {
                Some(all) => all.append(one),
                None => all = Some(one),
            }
        }
        Ok(all)
    }
}

impl Login {
    fn credentials(&self) -> Result<Credentials, ConnectError> {
        // They become part of a header, and the client crate panics where they cannot.
        let fits = |text: &str| !text.is_empty() && !text.chars().any(char::is_control);
        match self {
            Self::ApiKey(key) if fits(key) && key.is_ascii() => Ok(Credentials::EncodedApiKey(key.clone())),
            Self::ApiKey(_) => Err(ConnectError::Login("API key")),
            Self::Basic { user, password } if fits(user) && !password.chars().any(char::is_control) => {
                Ok(Credentials::Basic(user.clone(), password.clone()))
            }
            Self::Basic { .. } => Err(ConnectError::Login("user or password")),
        }
    }
}

/// An address as it may be shown: what stands before an `@` may be a password.
fn without_login(address: &str) -> &str {
    address.rsplit_once('@').map_or(address, |(_, host)| host)
}

/// Undoes the `%40` of an address.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        rest = behind;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, behind) = rest.split_first_chunk::<2>()?;
        bytes.push(u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?);
        rest = behind;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_never_shown() {
        let options = Options::new().api_key("c2VjcmV0").basic_auth("jane", "c2VjcmV0");
        assert!(!format!("{options:?}").contains("c2VjcmV0"));
        let connected = Options::new().connect("http://jane:c2VjcmV0@localhost:9200").unwrap();
        assert!(!format!("{connected:?}").contains("c2VjcmV0"));
        for wrong in
            ["ftp://jane:c2VjcmV0@host", "http://jane:c2VjcmV0@", "jane:c2VjcmV0@host:x", "http://c2VjcmV0@[::"]
        {
            let error = Options::new().connect(wrong).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("c2VjcmV0"), "{error}");
            assert!(matches!(error, ConnectError::Address { .. }), "{error}");
        }
        let error = Options::new().api_key("c2VjcmV0\n").connect("http://host:9200").unwrap_err();
        assert!(!format!("{error} {error:?}").contains("c2VjcmV0"), "{error}");
    }

    #[test]
    fn several_nodes_are_named_with_commas() {
        let connected = Options::new().connect("http://one:9200, https://two:9201/behind/a/proxy").unwrap();
        let shown = format!("{connected:?}");
        assert!(shown.contains("http://one:9200") && shown.contains("https://two:9201/behind/a/proxy"), "{shown}");
        assert!(Options::new().connect("").is_err() && Options::new().connect("http://one:9200,").is_err());
    }

    #[test]
    fn credentials_of_an_address_are_decoded() {
        assert_eq!(decode("p%40ss%25").as_deref(), Some("p@ss%"));
        assert_eq!(decode("p%4"), None);
        assert_eq!(decode("%ff"), None);
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let error = Options::new().authority(*b"no certificate").connect("https://host:9200").unwrap_err();
        assert!(matches!(error, ConnectError::Authority(_)), "{error}");
    }
}
