//! What makes a log line one line, of a length that somebody reads (fault 82): whoever chooses a symbol, an id or a reason
//! must not write lines of ours, nor talk to the terminal of whoever reads them.

use std::{
    fmt::{self, Write as _},
    io,
};

use mm_model::printable;
use tracing::field::{Field, Visit};
use tracing_subscriber::{
    field::RecordFields,
    fmt::{FormatFields, MakeWriter, format::Writer},
};

/// The most characters of one value.
pub(super) const VALUE_MAX: usize = 4_000;
/// The longest line, in bytes. (Many values, or JSON.)
pub(super) const LINE_MAX: usize = 64 << 10;

/// Fields as `name=value`, every value fit to be read. No colours: what a span's fields look like is remembered, and the
/// file must not get the console's.
pub(super) struct Plain;

impl<'w> FormatFields<'w> for Plain {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut visitor = Fields { writer, is_first: true, result: Ok(()) };
        fields.record(&mut visitor);
        visitor.result
    }
}

struct Fields<'w> {
    writer: Writer<'w>,
    is_first: bool,
    result: fmt::Result,
}

impl Fields<'_> {
    fn write(&mut self, name: &str, value: fmt::Arguments<'_>) -> fmt::Result {
        let mut bounded = Bounded(String::new());
        // Cut short is no failure.
        let _ = bounded.write_fmt(value);
        if !self.is_first {
            self.writer.write_char(' ')?;
        }
        self.is_first = false;
        if name != "message" {
            write!(self.writer, "{name}=")?;
        }
        self.writer.write_str(&printable(&bounded.0, VALUE_MAX))
    }
}

impl Visit for Fields<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        // The message stands for itself; any other text is in quotes.
        match field.name() {
            "message" => self.record_debug(field, &format_args!("{value}")),
            _ => self.record_debug(field, &value),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if self.result.is_ok() {
            self.result = self.write(field.name(), format_args!("{value:?}"));
        }
    }
}

/// Takes what a value writes up to a little more than is shown; the rest is not even made.
struct Bounded(String);

impl fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = (VALUE_MAX * 4).saturating_sub(self.0.len());
        self.0.push_str(begin(text, room));
        if room < text.len() { Err(fmt::Error) } else { Ok(()) }
    }
}

/// At most `len` bytes of a text, whole characters only.
fn begin(text: &str, len: usize) -> &str {
    let end = (0..=len.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

/// Where whole lines are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lines<M> {
    pub(super) to: M,
    /// Whether lines are JSON, in which a character may be escaped, and of which none may be cut in the middle.
    pub(super) json: bool,
}

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for Lines<M> {
    type Writer = Line<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Line { to: self.to.make_writer(), json: self.json }
    }
}

/// Writes one line, which comes whole.
pub(super) struct Line<W> {
    to: W,
    json: bool,
}

impl<W: io::Write> io::Write for Line<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        match std::str::from_utf8(line) {
            Ok(text) if self.json => self.to.write_all(json_line(text).as_bytes())?,
            Ok(text) if LINE_MAX < text.len() => {
                let kept = begin(text, LINE_MAX);
                writeln!(self.to, "{kept}… ({} bytes left out)", text.len() - kept.len())?;
            }
            _ => self.to.write_all(line)?,
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// What JSON leaves as it is and a terminal does not.
fn is_harmful(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn json_line(line: &str) -> String {
    if LINE_MAX < line.len() {
        let begins: String = line.chars().take(200).collect();
        let told = serde_json::json!({ "level": "WARN", "fields": {
            "message": "a line was too long and is left out", "bytes": line.len(), "begins": printable(&begins, 400) } });
        return format!("{told}\n");
    }
    if !line.contains(is_harmful) {
        return line.to_owned();
    }
    line.chars().fold(String::with_capacity(line.len()), |mut out, c| {
        if is_harmful(c) {
            let _ = write!(out, "\\u{:04x}", u32::from(c)); // A String takes all.
        } else {
            out.push(c);
        }
        out
    })
}
