//! Query strings: read on the server, written by the client.

use std::borrow::Cow;

use crate::text::Text;

/// Why a query string was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the query is not a list of key=value in percent-encoded UTF-8")]
pub struct QueryError;

/// A key and its value.
pub type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// The pairs of a query string, decoded (`%41` and `+`), in the order they were sent.
///
/// # Errors
/// [`QueryError`] for a pair without `=`, a broken escape, or bytes that are not UTF-8.
pub fn pairs(query: &str) -> Result<Vec<Pair<'_>>, QueryError> {
    let parts = query.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (key, value) = part.split_once('=').ok_or(QueryError)?;
            Ok((decode(key)?, decode(value)?))
        })
        .collect()
}

/// The query as a JSON object of strings, to be read into a request type with `serde_json::from_str` (which
/// refuses unknown and repeated keys).
///
/// # Errors
/// As [`pairs`].
pub fn to_json(query: &str) -> Result<String, QueryError> {
    let mut out = String::from("{");
    for (n, (key, value)) in pairs(query)?.into_iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        for (text, end) in [(key, ":"), (value, "")] {
            out.push_str(&serde_json::to_string(&Text::from(&*text)).expect("a string has a JSON form"));
            out.push_str(end);
        }
    }
    out.push('}');
    Ok(out)
}

/// Appends `text` percent-encoded: everything but letters, digits and `-._~`.
pub fn encode(text: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

fn decode(text: &str) -> Result<Cow<'_, str>, QueryError> {
    if !text.bytes().any(|b| matches!(b, b'%' | b'+')) {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let [high, low, tail @ ..] = tail else { return Err(QueryError) };
                let digit = |b: &u8| char::from(*b).to_digit(16).and_then(|d| u8::try_from(d).ok());
                let (Some(high), Some(low)) = (digit(high), digit(low)) else { return Err(QueryError) };
                bytes.push(high << 4 | low);
                rest = tail;
            }
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| QueryError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded_as_sent() {
        let got = pairs("triggerQuantity=100%25&a=b+c&&x=").unwrap();
        assert_eq!(
            got,
            [("triggerQuantity".into(), "100%".into()), ("a".into(), "b c".into()), ("x".into(), "".into())]
        );
        assert_eq!(to_json("a=%22&b=1").unwrap(), r#"{"a":"\"","b":"1"}"#);
        assert_eq!(to_json("").unwrap(), "{}");
        for bad in ["a", "a=%4", "a=%zz", "a=%ff"] {
            assert_eq!(pairs(bad), Err(QueryError), "{bad}");
        }
        let mut out = String::new();
        encode("SOL_USDC 100%é", &mut out);
        assert_eq!(out, "SOL_USDC%20100%25%C3%A9");
    }
}
