//! HTTP requests as bytes, back into the plain requests that the server half checks.

use mm_model::Timestamp;
use mm_venues::{
    backpack::sign::{Instruction, VerifyingKey, authenticate},
    http::{Method, Request},
};

/// Reads one whole HTTP request.
///
/// # Errors
/// What is wrong with it.
pub fn parse(bytes: &[u8]) -> Result<Request, &'static str> {
    let head_len =
        bytes.windows(4).position(|window| window == b"\r\n\r\n").ok_or("it has no end of its head")?;
    let head = std::str::from_utf8(&bytes[..head_len]).map_err(|_| "its head is no text")?;
    let mut lines = head.split("\r\n");
    let mut words = lines.next().ok_or("it is empty")?.split(' ');
    let method = words.next().and_then(Method::parse).ok_or("its method is unknown")?;
    let target = words.next().ok_or("it has no target")?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut request = Request::default();
    request.reset(method, path);
    request.query.push_str(query);
    for line in lines {
        let (name, value) = line.split_once(':').ok_or("a header field has no colon")?;
        request.headers.push(name.to_owned()).push_str(value.trim());
    }
    request.body.extend_from_slice(&bytes[head_len + 4..]);
    Ok(request)
}

/// Whether the venue's half believes the signature of a request to place an order; the key that signed it.
///
/// # Errors
/// Why not.
pub fn verify(now: Timestamp, request: &Request) -> Result<VerifyingKey, String> {
    authenticate(now, Instruction::ORDER_EXECUTE, request).map_err(|error| error.to_string())
}
