//! Rust text with its comments and literals blanked out, so that a rule about code is not tripped by prose. No
//! parser: enough of the lexer to know where code ends and text begins.

/// `text` with every comment, string and character literal replaced by spaces. Lines keep their numbers and columns.
pub(crate) fn code_only(text: &str) -> String {
    let mut scan = Scan { chars: text.chars().collect(), at: 0, out: String::with_capacity(text.len()) };
    while let Some(next) = scan.peek(0) {
        match next {
            '/' if scan.peek(1) == Some('/') => scan.blank_while(|c| c != '\n'),
            '/' if scan.peek(1) == Some('*') => scan.block_comment(),
            '"' => scan.string(),
            '\'' => scan.quote(),
            'r' if !scan.in_word() && scan.raw_hashes().is_some() => scan.raw_string(),
            _ => scan.keep(),
        }
    }
    scan.out
}

struct Scan {
    chars: Vec<char>,
    at: usize,
    out: String,
}

impl Scan {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn keep(&mut self) {
        self.out.extend(self.peek(0));
        self.at += 1;
    }

    fn blank(&mut self, n_chars: usize) {
        for _ in 0..n_chars {
            if let Some(c) = self.peek(0) {
                self.out.push(if c == '\n' { '\n' } else { ' ' });
                self.at += 1;
            }
        }
    }

    fn blank_while(&mut self, goes_on: impl Fn(char) -> bool) {
        while self.peek(0).is_some_and(&goes_on) {
            self.blank(1);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while let Some(c) = self.peek(0) {
            match (c, self.peek(1)) {
                ('/', Some('*')) => depth += 1,
                ('*', Some('/')) => depth -= 1,
                _ => {
                    self.blank(1);
                    continue;
                }
            }
            self.blank(2);
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        self.blank(1);
        while let Some(c) = self.peek(0) {
            self.blank(if c == '\\' { 2 } else { 1 });
            if c == '"' {
                return;
            }
        }
    }

    /// A character literal, or the tick of a lifetime.
    fn quote(&mut self) {
        match (self.peek(1), self.peek(2)) {
            (Some('\\'), _) => {
                self.blank(3);
                self.blank_while(|c| c != '\'');
                self.blank(1);
            }
            (Some(_), Some('\'')) => self.blank(3),
            _ => self.keep(),
        }
    }

    /// How many `#` a raw string that begins here has (`r"`, `r#"`); none when it is an ordinary word.
    fn raw_hashes(&self) -> Option<usize> {
        let n_hashes = self.chars[self.at + 1..].iter().take_while(|c| **c == '#').count();
        (self.peek(1 + n_hashes) == Some('"')).then_some(n_hashes)
    }

    fn raw_string(&mut self) {
        let n_hashes = self.raw_hashes().unwrap_or(0);
        self.blank(2 + n_hashes);
        while let Some(c) = self.peek(0) {
            let closes = c == '"' && (1..=n_hashes).all(|ahead| self.peek(ahead) == Some('#'));
            self.blank(if closes { 1 + n_hashes } else { 1 });
            if closes {
                return;
            }
        }
    }

    /// Whether the character before belongs to a word, as the `r` of `for` does. `b` and `c` prefixes do not count.
    fn in_word(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.chars.get(at));
        let prefix = matches!(before, Some('b' | 'c'))
            && !self.at.checked_sub(2).and_then(|at| self.chars.get(at)).is_some_and(|c| is_word(*c));
        !prefix && before.is_some_and(|c| is_word(*c))
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The 1-based lines of `code` in which `word` stands as a word of its own.
pub(crate) fn lines_with_word(code: &str, word: &str) -> Vec<usize> {
    let hit = |line: &str| {
        line.match_indices(word).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = line[at + word.len()..].chars().next();
            !before.is_some_and(is_word) && !after.is_some_and(is_word)
        })
    };
    code.lines().enumerate().filter(|(_, line)| hit(line)).map(|(n, _)| n + 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, words: &str) {
        let code = code_only(text);
        assert_eq!(
            code.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "),
            words,
            "{text}"
        );
        assert_eq!(code.chars().count(), text.chars().count(), "columns stay: {text}");
    }

    #[test]
    fn text_is_blanked_and_code_kept() {
        check("let x = 1; // f64", "let x = 1;");
        check("a /* f64 /* b */ c */ d", "a d");
        check(r#"say("f64 \" todo!()"); go"#, "say( ); go");
        check("'\\'' 'x' '\"' '\\u{41}' &'a str", "&'a str");
        check("r\"f64\" r#\"a\" f64\"# for\"x\"", "for");
        check("br#\"f64\"# x", "b x");
        check("\"one\ntwo\" f64", "\n f64");
        check("/* open", "");
    }

    #[test]
    fn words_are_whole() {
        assert_eq!(lines_with_word("as_f64()\nx: f64\nf640\n(f64)", "f64"), [2, 4]);
        assert_eq!(lines_with_word("todo!()\nmy_todo!()", "todo!"), [1]);
    }
}
