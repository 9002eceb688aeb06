//! Who may ask: only who addresses this machine as itself, so that no web page reaches us through a name that it lets point
//! here (DNS rebinding) or by a form of its own (Origin); and, for whatever changes something, only who knows the token
//! (fault 83).

use std::{
    fmt,
    net::{SocketAddr, TcpListener},
};

use hyper::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, ORIGIN};

/// What a listener on loopback lets in.
pub struct Door {
    /// As Host and Origin may name it.
    names: [String; 2],
    token: String,
}

impl Door {
    /// The door of `listener`, opened by `token`. Where the listener's own address cannot be told, nobody is let in.
    #[must_use]
    pub fn new(listener: &TcpListener, token: String) -> Self {
        let names = listener.local_addr().map(names).unwrap_or_default();
        Self { names, token }
    }

    /// Only our own address and `localhost` are this host; a page of any other origin is a stranger.
    pub(super) fn is_addressed(&self, headers: &HeaderMap) -> bool {
        let fits = |name: &str| !name.is_empty() && self.names.iter().any(|ours| ours == name);
        let all = |header: HeaderName, fits: &dyn Fn(&str) -> bool| {
            headers.get_all(header).iter().all(|value| value.to_str().is_ok_and(fits))
        };
        let is_ours = |origin: &str| origin.strip_prefix("http://").is_some_and(fits);
        headers.contains_key(HOST) && all(HOST, &fits) && all(ORIGIN, &is_ours)
    }

    /// Compared without regard to where they differ: the time it takes tells nothing of the token.
    pub(super) fn is_authorised(&self, headers: &HeaderMap) -> bool {
        let Some(value) = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) else {
            return false;
        };
        let Some(token) = value.strip_prefix("Bearer ") else { return false };
        let differing = token.bytes().zip(self.token.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
        !self.token.is_empty() && token.len() == self.token.len() && differing == 0
    }
}

impl fmt::Debug for Door {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").field("names", &self.names).finish_non_exhaustive()
    }
}

fn names(address: SocketAddr) -> [String; 2] {
    [address.to_string(), format!("localhost:{}", address.port())]
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef";

    fn headers(rows: &[(HeaderName, &str)]) -> HeaderMap {
        let row = |(name, value): &(HeaderName, &str)| (name.clone(), value.parse().expect("a value"));
        rows.iter().map(row).collect()
    }

    fn door() -> Door {
        Door { names: names("127.0.0.1:8080".parse().expect("an address")), token: TOKEN.into() }
    }

    #[test]
    fn fault_83_only_who_addresses_this_machine_as_itself() {
        let check = |rows: &[(HeaderName, &str)], want: bool| {
            assert_eq!(door().is_addressed(&headers(rows)), want, "{rows:?}");
        };
        check(&[(HOST, "127.0.0.1:8080")], true);
        check(&[(HOST, "localhost:8080")], true);
        check(&[(HOST, "localhost:8080"), (ORIGIN, "http://127.0.0.1:8080")], true);
        check(&[], false);
        check(&[(HOST, "")], false);
        check(&[(HOST, "127.0.0.1")], false);
        check(&[(HOST, "127.0.0.1:8081")], false);
        check(&[(HOST, "rebound.example:8080")], false);
        check(&[(HOST, "localhost:8080.rebound.example")], false);
        check(&[(HOST, "localhost:8080"), (ORIGIN, "http://rebound.example")], false);
        check(&[(HOST, "localhost:8080"), (ORIGIN, "https://localhost:8080")], false);
        check(&[(HOST, "localhost:8080"), (ORIGIN, "null")], false);
    }

    #[test]
    fn fault_83_only_who_knows_the_token() {
        let check = |value: &str, want: bool| {
            assert_eq!(door().is_authorised(&headers(&[(AUTHORIZATION, value)])), want, "{value}");
        };
        check(&format!("Bearer {TOKEN}"), true);
        check(&format!("Bearer {TOKEN}0"), false);
        check(&format!("Bearer {}", &TOKEN[1..]), false);
        check(&format!("Basic {TOKEN}"), false);
        check("Bearer ", false);
        check("", false);
        let none = Door { token: String::new(), ..door() };
        assert!(!none.is_authorised(&headers(&[(AUTHORIZATION, "Bearer ")])), "no token opens nothing");
    }

    #[test]
    fn the_token_is_not_shown() {
        assert!(!format!("{:?}", door()).contains(TOKEN));
    }
}
