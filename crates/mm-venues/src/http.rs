//! HTTP messages as plain data, reused from call to call so that encoding an order allocates nothing once warm.

use std::{borrow::Cow, fmt};

use bytes::Bytes;

/// The methods that the venues use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// Read.
    #[default]
    Get,
    /// Create.
    Post,
    /// Change.
    Patch,
    /// Replace.
    Put,
    /// Remove.
    Delete,
}

impl Method {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    /// From the word on the wire.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Get, Self::Post, Self::Patch, Self::Put, Self::Delete].into_iter().find(|m| m.as_str() == word)
    }
}

/// Header fields; names compare without case. Cleared rows keep their memory. Shown without their values: some are
/// secret.
#[derive(Clone, Default)]
pub struct Headers {
    rows: Vec<(Cow<'static, str>, String)>,
    len: usize,
}

impl Headers {
    /// Removes all rows.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Adds a row and returns its value, empty, to be written in place.
    pub fn push(&mut self, name: impl Into<Cow<'static, str>>) -> &mut String {
        if self.len == self.rows.len() {
            self.rows.push((name.into(), String::new()));
        } else {
            self.rows[self.len].0 = name.into();
            self.rows[self.len].1.clear();
        }
        self.len += 1;
        &mut self.rows[self.len - 1].1
    }

    /// The value of the first row of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v)
    }

    /// All rows.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.rows[..self.len].iter().map(|(n, v)| (n.as_ref(), v.as_str()))
    }
}

impl PartialEq for Headers {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Headers {}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// A request without its host.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path, starting with a slash.
    pub path: String,
    /// The query as it stands in the URL, without the question mark; empty when there is none.
    pub query: String,
    /// Header fields.
    pub headers: Headers,
    /// The body; empty when there is none.
    pub body: Vec<u8>,
}

impl Request {
    /// Empties the request for reuse.
    pub fn reset(&mut self, method: Method, path: &str) {
        self.method = method;
        self.path.clear();
        self.path.push_str(path);
        self.query.clear();
        self.headers.clear();
        self.body.clear();
    }
}

/// A whole reply.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Header fields.
    pub headers: Headers,
    /// The body.
    pub body: Bytes,
}
