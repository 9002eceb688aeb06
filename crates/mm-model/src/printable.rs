//! Texts of other people, made fit to be read: whoever writes them chooses every character, and ours end in logs and on
//! terminals.

/// At most `chars_max` characters of somebody's text. What does not print (line ends, escape codes of terminals, marks that
/// turn the direction of writing) is escaped as Rust escapes it; quotes and backslashes stay as they are, so that a text
/// may pass here twice.
#[must_use]
pub fn printable(text: &str, chars_max: usize) -> String {
    let mut out = String::new();
    let mut left = chars_max;
    for c in text.chars() {
        // Each escaped character is escaped whole, or it would end in the middle.
        let is_plain = c == ' ' || c.is_ascii_graphic() || matches!(c, '\'' | '"' | '\\');
        let len = if is_plain { 1 } else { c.escape_debug().count() };
        if len > left {
            break;
        }
        left -= len;
        match is_plain {
            true => out.push(c),
            false => out.extend(c.escape_debug()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, want: &str) {
        assert_eq!(printable(text, 40), want);
        assert_eq!(printable(want, 40), want, "a second time changes nothing");
    }

    #[test]
    fn fault_82_what_does_not_print_is_escaped() {
        check("SOL_USDC 'x' \"y\" \\n", "SOL_USDC 'x' \"y\" \\n");
        check("a\nb\r\n\tc\0", "a\\nb\\r\\n\\tc\\0");
        check("\u{1b}[2J\u{9b}31m", "\\u{1b}[2J\\u{9b}31m");
        check("\u{202e}\u{2028}\u{feff}", "\\u{202e}\\u{2028}\\u{feff}");
        check("größer 価格 💥", "größer 価格 💥");
    }

    #[test]
    fn fault_82_a_megabyte_is_cut() {
        assert_eq!(printable(&"x".repeat(1 << 20), 40), "x".repeat(40));
        assert_eq!(
            printable(&"\u{1b}".repeat(1 << 20), 40),
            "\\u{1b}".repeat(6),
            "and never within an escape"
        );
    }
}
