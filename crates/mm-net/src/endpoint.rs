//! Where to connect, parsed and checked once.

use std::net::{IpAddr, SocketAddr};

use rustls::pki_types::ServerName;
use url::{Host, Url};

/// Why an address is refused. Nothing was connected, nor looked up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not an address.
    #[error("'{text}' is not a URL with a host: {why}")]
    NotAUrl {
        /// What was given, without what may be secret in it.
        text: String,
        /// What is wrong.
        why: String,
    },
    /// A scheme that this transport does not speak.
    #[error("'{scheme}://' is not spoken here: {expected}")]
    Scheme {
        /// Found.
        scheme: String,
        /// Known.
        expected: &'static str,
    },
    /// Without TLS to another machine.
    #[error(
        "refused to talk to {host} over {scheme}://, anybody on the way could read and change it: use {scheme}s:// \
         (without TLS only this machine is reached)"
    )]
    Insecure {
        /// Whom.
        host: String,
        /// How.
        scheme: String,
    },
}

/// Where to connect.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// For TLS; `None` where the other end is this machine, in plain text.
    pub(crate) tls_name: Option<ServerName<'static>>,
    pub(crate) host: Host<String>,
    pub(crate) port: u16,
    /// `host` or `host:port`, as the `Host` header has it.
    pub(crate) authority: String,
    /// What stands before a request's own path; empty for a bare host.
    pub(crate) path_prefix: String,
}

impl Endpoint {
    /// Of a REST interface: `https://…`, or `http://` on this machine.
    ///
    /// # Errors
    /// When it is not such an address.
    pub fn http(base_url: &str) -> Result<Self, EndpointError> {
        Self::parse(base_url, ["http", "https"], "https://, or http:// on this machine")
    }

    /// Of a WebSocket: `wss://…`, or `ws://` on this machine.
    ///
    /// # Errors
    /// When it is not such an address.
    pub fn web_socket(url: &str) -> Result<Self, EndpointError> {
        Self::parse(url, ["ws", "wss"], "wss://, or ws:// on this machine")
    }

    fn parse(text: &str, [plain, secure]: [&str; 2], expected: &'static str) -> Result<Self, EndpointError> {
        let not_a_url = |why: &str| EndpointError::NotAUrl { text: shown(text), why: why.to_owned() };
        let url = Url::parse(text).map_err(|error| not_a_url(&error.to_string()))?;
        let scheme = url.scheme();
        if scheme != plain && scheme != secure {
            return Err(EndpointError::Scheme { scheme: scheme.to_owned(), expected });
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(not_a_url("a name or password does not belong in it"));
        }
        let host = url.host().ok_or_else(|| not_a_url("it has no host"))?.to_owned();
        let port = url.port_or_known_default().ok_or_else(|| not_a_url("it has no port"))?;
        let tls_name = if scheme == secure {
            Some(server_name(&host).ok_or_else(|| not_a_url("its host is no name"))?)
        } else if may_be_loopback(&host) {
            None
        } else {
            return Err(EndpointError::Insecure { host: host.to_string(), scheme: scheme.to_owned() });
        };
        let authority = url.port().map_or_else(|| host.to_string(), |port| format!("{host}:{port}"));
        let path_prefix = url.path().trim_end_matches('/').to_owned();
        Ok(Self { tls_name, host, port, authority, path_prefix })
    }

    /// Whether this address may be connected to: without TLS, whatever a name resolves to, only this machine.
    pub(crate) fn admits(&self, address: SocketAddr) -> bool {
        self.tls_name.is_some() || address.ip().to_canonical().is_loopback()
    }
}

fn server_name(host: &Host<String>) -> Option<ServerName<'static>> {
    match host {
        Host::Domain(name) => ServerName::try_from(name.clone()).ok(),
        Host::Ipv4(ip) => Some(ServerName::from(IpAddr::V4(*ip))),
        Host::Ipv6(ip) => Some(ServerName::from(IpAddr::V6(*ip))),
    }
}

fn may_be_loopback(host: &Host<String>) -> bool {
    match host {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

/// The text without what could be a password or a token, and not too much of it.
fn shown(text: &str) -> String {
    let scheme = text.find("://").map_or(0, |at| at + 3);
    let end = if text.contains('@') { scheme } else { text.find(['?', '#']).unwrap_or(text.len()) };
    let more = if end < text.len() { "…" } else { "" };
    text[..end].chars().take(100).flat_map(char::escape_debug).chain(more.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expected: &str) {
        let parse = if url.starts_with("ws") { Endpoint::web_socket } else { Endpoint::http };
        let found = match parse(url) {
            Ok(end) => {
                let tls = if end.tls_name.is_some() { "tls" } else { "plain" };
                format!("{tls} {} {} '{}'", end.authority, end.port, end.path_prefix)
            }
            Err(error) => error.to_string(),
        };
        assert!(found.contains(expected), "{url}: {found}");
    }

    #[test]
    fn only_this_machine_without_tls() {
        check("https://api.backpack.exchange", "tls api.backpack.exchange 443 ''");
        check("wss://ws.backpack.exchange:8443/", "tls ws.backpack.exchange:8443 8443 ''");
        check("https://localhost/api/", "tls localhost 443 '/api'");
        check("http://127.0.0.1:8080", "plain 127.0.0.1:8080 8080 ''");
        check("ws://127.9.9.9:1", "plain 127.9.9.9:1 1 ''");
        check("ws://[::1]:9/stream", "plain [::1]:9 9 '/stream'");
        check("http://localhost:80", "plain localhost 80 ''");
        check("http://2130706433:5", "plain 127.0.0.1:5 5 ''"); // Another way to write 127.0.0.1.
        for host in
            ["api.backpack.exchange", "10.0.0.1", "0.0.0.0", "[::]", "localhost.evil.com", "[::ffff:8.8.8.8]"]
        {
            check(&format!("http://{host}"), "refused to talk to");
            check(&format!("ws://{host}:80"), "use wss://");
        }
    }

    #[test]
    fn nonsense_is_refused_without_telling_secrets() {
        check("backpack", "is not a URL");
        check("ftp://127.0.0.1", "'ftp://' is not spoken here");
        check("https://", "is not a URL");
        for secret in ["https://user:canary@host", "https://[bad?key=canary", "https://canary@"] {
            let error = Endpoint::http(secret).expect_err("refused").to_string();
            assert!(!error.contains("canary") && error.contains("https://"), "{error}");
        }
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_not_followed() {
        let end = Endpoint::http("http://localhost:1").expect("may be this machine");
        for (address, admitted) in
            [("127.0.0.1:1", true), ("[::1]:1", true), ("[::ffff:127.0.0.1]:1", true), ("10.0.0.1:1", false)]
        {
            assert_eq!(end.admits(address.parse().expect("an address")), admitted, "{address}");
        }
    }
}
