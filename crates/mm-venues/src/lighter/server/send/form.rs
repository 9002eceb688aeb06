//! The fields of a form: urlencoded, as the venue's SDK sends it, or multipart without files, as others do.

use crate::{
    http::Request,
    lighter::{server::errors::Refused, wire::error::codes::INVALID_PARAM},
    server::params::Params,
};

/// Reads the form that a request carries.
///
/// # Errors
/// When it is of neither kind, or cannot be read.
pub(in super::super) fn fields(request: &Request) -> Result<Params, Refused> {
    let content_type = request.headers.get("content-type").unwrap_or_default();
    let text = std::str::from_utf8(&request.body).map_err(|error| Refused::because(INVALID_PARAM, error))?;
    let (kind, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    match kind.trim() {
        "" | "application/x-www-form-urlencoded" => Ok(Params::parse(text)?),
        "multipart/form-data" => {
            let boundary = parameters.split(';').find_map(|it| it.trim().strip_prefix("boundary="));
            let parts = boundary.and_then(|boundary| multipart(text, boundary.trim_matches('"')));
            parts
                .map(Params::new)
                .ok_or_else(|| Refused::because(INVALID_PARAM, "the multipart form is broken"))
        }
        _ => Err(Refused::because(INVALID_PARAM, "the body must be a form")),
    }
}

/// The parts of a multipart form (RFC 7578): name and value of each.
fn multipart(text: &str, boundary: &str) -> Option<Vec<(String, String)>> {
    let delimiter = format!("\r\n--{boundary}");
    let opened = text.strip_prefix("--")?.strip_prefix(boundary)?;
    let mut pieces = opened.split(delimiter.as_str());
    let mut parts = Vec::new();
    loop {
        let piece = pieces.next()?;
        if piece.starts_with("--") {
            return pieces.next().is_none().then_some(parts);
        }
        let (head, value) = piece.strip_prefix("\r\n")?.split_once("\r\n\r\n")?;
        parts.push((name(head)?.to_owned(), value.to_owned()));
    }
}

/// The name in a part's `Content-Disposition`. A part with a file is none of a form's fields.
fn name(head: &str) -> Option<&str> {
    let is_disposition =
        |line: &&str| line.get(..20).is_some_and(|it| it.eq_ignore_ascii_case("content-disposition:"));
    let line = head.split("\r\n").find(is_disposition)?;
    let mut parameters = line[20..].split(';').map(str::trim);
    if parameters.next() != Some("form-data") || line.contains("filename=") {
        return None;
    }
    parameters.find_map(|it| it.strip_prefix("name=\"")?.strip_suffix('"'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Method;

    fn check(content_type: &str, body: &str, expected: Option<&[(&str, &str)]>) {
        let mut request = Request::default();
        request.reset(Method::Post, "/api/v1/sendTx");
        request.headers.push("Content-Type").push_str(content_type);
        request.body.extend_from_slice(body.as_bytes());
        let read = fields(&request).ok().map(|mut form| {
            let names = ["tx_type", "tx_info"];
            names.map(|name| (name, form.optional(name).unwrap_or_default()))
        });
        let read = read.as_ref().map(|pairs| pairs.each_ref().map(|(name, value)| (*name, value.as_str())));
        assert_eq!(read.as_ref().map(<[_; 2]>::as_slice), expected, "{content_type}: {body}");
    }

    #[test]
    fn both_kinds_say_the_same() {
        let both: Option<&[_]> = Some(&[("tx_type", "14"), ("tx_info", "{\"a\": 1}")]);
        check("application/x-www-form-urlencoded", "tx_type=14&tx_info=%7B%22a%22%3A+1%7D", both);
        let part = |name: &str, value: &str| {
            format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let body = format!("{}{}--xyz--\r\n", part("tx_type", "14"), part("tx_info", "{\"a\": 1}"));
        check("multipart/form-data; boundary=xyz", &body, both);
        check("multipart/form-data; boundary=\"xyz\"", &body, both);
        check("multipart/form-data; boundary=abc", &body, None);
        check("multipart/form-data", &body, None);
        check("multipart/form-data; boundary=xyz", &body[..body.len() - 8], None);
        check("application/json", "{}", None);
        check("application/x-www-form-urlencoded", "tx_type", None);
    }
}
