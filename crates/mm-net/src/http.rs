//! Our requests as hyper's, hyper's replies as ours. Errors name header fields but never show their values.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Method as HyperMethod, Response,
    header::{HOST, HeaderMap, HeaderName, HeaderValue},
    http::uri::PathAndQuery,
};
use mm_venues::http::{Headers, Method, Reply, Request};

use crate::Endpoint;

/// The request as it goes on the wire.
///
/// # Errors
/// When it cannot be written as HTTP: nothing was sent.
pub(crate) fn outgoing(end: &Endpoint, request: &Request) -> Result<hyper::Request<Full<Bytes>>, String> {
    let mut target =
        String::with_capacity(end.path_prefix.len() + request.path.len() + request.query.len() + 1);
    target.push_str(&end.path_prefix);
    target.push_str(&request.path);
    if !request.query.is_empty() {
        target.push('?');
        target.push_str(&request.query);
    }
    let target = PathAndQuery::try_from(target).map_err(|_| {
        format!("the path or query of {} {} is not valid", request.method.as_str(), request.path)
    })?;
    let mut out = hyper::Request::new(Full::new(Bytes::copy_from_slice(&request.body)));
    *out.method_mut() = match request.method {
        Method::Get => HyperMethod::GET,
        Method::Post => HyperMethod::POST,
        Method::Patch => HyperMethod::PATCH,
        Method::Put => HyperMethod::PUT,
        Method::Delete => HyperMethod::DELETE,
    };
    *out.uri_mut() = target.into();
    let headers = out.headers_mut();
    headers.reserve(8);
    headers.insert(HOST, HeaderValue::try_from(&end.authority).map_err(|_| "the host's name is not valid")?);
    write_fields(&request.headers, headers)?;
    Ok(out)
}

/// Adds header fields, their values hidden from whoever shows them.
///
/// # Errors
/// Names the field that is not HTTP, never its value.
pub(crate) fn write_fields(fields: &Headers, out: &mut HeaderMap) -> Result<(), String> {
    for (name, value) in fields.iter() {
        let field = HeaderName::try_from(name).map_err(|_| format!("header field '{name}' is not valid"))?;
        let mut value = HeaderValue::try_from(value)
            .map_err(|_| format!("the value of header field '{name}' is not valid"))?;
        value.set_sensitive(true);
        out.append(field, value);
    }
    Ok(())
}

/// The reply as the codec reads it. Header values that are not text are left out.
pub(crate) fn incoming(response: Response<Bytes>) -> Reply {
    let (head, body) = response.into_parts();
    let mut headers = Headers::default();
    for (name, value) in &head.headers {
        if let Ok(text) = value.to_str() {
            headers.push(name.as_str().to_owned()).push_str(text);
        }
    }
    Reply { status: head.status.as_u16(), headers, body }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str, header: (&'static str, &str)) -> Request {
        let mut request = Request::default();
        request.reset(Method::Post, path);
        request.headers.push(header.0).push_str(header.1);
        request.query.push_str("symbol=SOL_USDC&limit=5");
        request.body.extend_from_slice(b"{}");
        request
    }

    #[test]
    fn is_written_as_it_stands() {
        let end = Endpoint::http("http://127.0.0.1:8080/base/").expect("this machine");
        let out = outgoing(&end, &request("/api/v1/order", ("X-API-Key", "key"))).expect("valid");
        assert_eq!(out.uri(), "/base/api/v1/order?symbol=SOL_USDC&limit=5");
        assert_eq!(out.headers()["host"], "127.0.0.1:8080");
        assert_eq!(out.headers()["x-api-key"], "key");
        assert!(!format!("{out:?}").contains("\"key\""), "values are hidden in Debug");
    }

    #[test]
    fn what_cannot_be_written_is_an_error_without_secrets() {
        let end = Endpoint::http("http://127.0.0.1:8080").expect("this machine");
        for bad in [("X-API-Key", "canary\r\nX-Other: 1"), ("X-Bad Name", "canary"), ("", "canary")] {
            let error = outgoing(&end, &request("/order", bad)).expect_err("not HTTP");
            assert!(!error.contains("canary"), "{error}");
        }
        outgoing(&end, &request("/or der", ("A", "b"))).expect_err("not a path");
    }
}
