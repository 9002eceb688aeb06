//! Rules about one Rust file: length, unfinished work, floats near money, the order of `select!`, a first word.

use super::Problem;
use super::source::{code_only, lines_with_word};

/// A file longer than this does more than one thing.
const LINES_MAX: usize = 500;
/// Words that mark unfinished or switched-off work.
const UNFINISHED: [&str; 3] = ["todo!", "unimplemented!", "#[ignore"];
/// Starts a task that nobody waits for.
const DETACHED: &str = "tokio::spawn";
/// The crates an order's price and size pass through on their way to the wire and back.
const EXACT: [&str; 4] = ["mm-model", "mm-venues", "mm-session", "mm-exchange"];
const FLOATS: [&str; 2] = ["f64", "f32"];
/// serde's traits have a method for each float, which a type that refuses floats must still name.
const SERDE: [&str; 2] = ["serialize_f", "visit_f"];
/// The crates that must not know which venue they serve.
const VENUE_BLIND: [&str; 5] = ["mm-model", "mm-exchange", "mm-core", "mm-session", "mm-strategy"];
const VENUES: [&str; 3] = ["backpack", "lighter", "grvt"];

/// What is wrong with the file at `path` (from the root, with `/`).
pub(crate) fn check(path: &str, text: &str) -> Vec<Problem> {
    let code = code_only(text);
    let owner = path.strip_prefix("crates/").and_then(|rest| rest.split('/').next()).unwrap_or("");
    let is_ours = path.contains("/src/") && !path.ends_with("/tests.rs") && !path.contains("/tests/");
    let mut found = Vec::new();
    let mut say = |line: usize, what: String| found.push(Problem { path: path.to_owned(), line, what });

    let n_lines = text.lines().count();
    if LINES_MAX < n_lines {
        say(LINES_MAX, format!("{n_lines} lines, {LINES_MAX} allowed: split it by what it does"));
    }
    if is_ours && !text.starts_with("//!") {
        say(
            1,
            "no module doc: say in its first line what the file is and what it deliberately is not"
                .to_owned(),
        );
    }
    for (line, word) in UNFINISHED.iter().flat_map(|word| starts(&code, word).map(move |line| (line, word))) {
        say(line, format!("`{word}`: unfinished or switched off"));
    }
    if EXACT.contains(&owner) {
        let lines: Vec<_> = code.lines().collect();
        for (line, word) in
            FLOATS.iter().flat_map(|word| lines_with_word(&code, word).into_iter().map(move |l| (l, word)))
        {
            if !SERDE.iter().any(|method| lines[line - 1].contains(method)) {
                say(
                    line,
                    format!("`{word}` in {owner}: prices and sizes are integers, a rounding has a name"),
                );
            }
        }
    }
    if is_ours && VENUE_BLIND.contains(&owner) {
        for (line, word) in VENUES.iter().flat_map(|word| names(&code, word).map(move |line| (line, word))) {
            say(line, format!("`{word}` in {owner}: a venue's word outside mm-venues, mm-sim and mm-bot"));
        }
    }
    if is_ours && owner != "mm-bench" {
        for line in lines_with_word(&code, DETACHED) {
            say(line, format!("`{DETACHED}`: every task has an owner, use a JoinSet or the clock's spawner"));
        }
    }
    for line in unbiased_selects(&code) {
        say(line, "`select!` without `biased;`: its order is random".to_owned());
    }
    found
}

/// Lines where `word` begins and does not go on from another word.
fn starts<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.lines().enumerate().filter_map(move |(n, line)| {
        let begins =
            |(at, _): (usize, &str)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        line.match_indices(word).any(begins).then_some(n + 1)
    })
}

/// Lines with an identifier of which one part (`BackpackSpec`, `backpack_url`, `BACKPACK`) is the venue's name.
fn names<'a>(code: &'a str, venue: &'a str) -> impl Iterator<Item = usize> + 'a {
    let named = move |line: &str| {
        let mut words = line.split(|c: char| !c.is_alphanumeric());
        words.any(|word| humps(word).any(|part| part.eq_ignore_ascii_case(venue)))
    };
    code.lines().enumerate().filter(move |(_, line)| named(line)).map(|(n, _)| n + 1)
}

/// `HttpClient` → `Http`, `Client`.
fn humps(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let mut before = rest.chars().next()?;
        let end = rest.char_indices().skip(1).find_map(|(at, c)| {
            let starts = before.is_lowercase() && c.is_uppercase();
            before = c;
            starts.then_some(at)
        });
        let (part, tail) = rest.split_at(end.unwrap_or(rest.len()));
        rest = tail;
        Some(part)
    })
}

fn unbiased_selects(code: &str) -> Vec<usize> {
    code.match_indices("select!")
        .filter(|(at, found)| {
            let body = code[at + found.len()..].trim_start();
            body.starts_with('{') && !body[1..].trim_start().starts_with("biased;")
        })
        .map(|(at, _)| 1 + code[..at].matches('\n').count())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOC: &str = "//! What it is.\n";

    fn said(path: &str, text: &str) -> Vec<(usize, String)> {
        check(path, text).into_iter().map(|it| (it.line, it.what)).collect()
    }

    fn finds(path: &str, code: &str, line: usize, what: &str) {
        let found = said(path, &format!("{DOC}{code}"));
        assert!(found.iter().any(|it| it.0 == line && it.1.contains(what)), "{code}: {found:?}");
    }

    fn clean(path: &str, code: &str) {
        assert_eq!(said(path, &format!("{DOC}{code}")), [], "{code}");
    }

    #[test]
    fn length() {
        clean("crates/mm-core/src/a.rs", &"\n".repeat(LINES_MAX - 1));
        finds("crates/mm-core/src/a.rs", &"\n".repeat(LINES_MAX), LINES_MAX, "501 lines");
    }

    #[test]
    fn module_doc() {
        assert_eq!(said("crates/mm-core/src/a.rs", "use x;\n").len(), 1);
        assert_eq!(said("crates/mm-core/src/a/tests.rs", "use x;\n"), []);
        assert_eq!(said("crates/mm-core/src/a/tests/b.rs", "use x;\n"), []);
    }

    #[test]
    fn unfinished_work() {
        finds("xtask/src/a.rs", "fn a() { todo!() }", 2, "`todo!`");
        finds("xtask/src/a.rs", "\nfn a() { unimplemented!(\"x\") }", 3, "`unimplemented!`");
        finds("xtask/src/a.rs", "#[ignore = \"slow\"]", 2, "#[ignore");
        clean("xtask/src/a.rs", "// todo!()\nfn a() { \"todo!()\"; my_todo!() }");
    }

    #[test]
    fn floats_near_money() {
        finds("crates/mm-exchange/src/a.rs", "fn a(x: f64) {}", 2, "`f64`");
        finds("crates/mm-venues/src/b/a.rs", "x as f32", 2, "`f32`");
        clean("crates/mm-strategy/src/a.rs", "fn signal() -> f64 {}");
        clean("crates/mm-venues/src/a.rs", "fn serialize_f64(self, _: f64) -> Result<(), No> {}");
        clean("crates/mm-model/src/a.rs", "// no f64\nx.as_f64ish()");
    }

    #[test]
    fn venues_words() {
        for code in ["struct BackpackSpec;", "let backpack = 1;", "MyLighter", "use grvt_x;", "BACKPACK_URL"]
        {
            finds("crates/mm-core/src/a.rs", code, 2, "a venue's word");
        }
        clean("crates/mm-core/src/a.rs", "struct Highlighter; fn lighterish() {} // Backpack\n\"backpack\"");
        clean("crates/mm-bot/src/a.rs", "use mm_venues::backpack;");
    }

    #[test]
    fn tasks_have_owners() {
        finds("crates/mm-net/src/a.rs", "tokio::spawn(work());", 2, "owner");
        clean("crates/mm-net/src/a.rs", "tasks.spawn(work()); // tokio::spawn");
        clean("crates/mm-net/tests/a.rs", "tokio::spawn(work());");
    }

    #[test]
    fn select_is_biased() {
        finds("crates/mm-core/src/a.rs", "tokio::select! {\n x = y => {} }", 2, "biased");
        clean("crates/mm-core/src/a.rs", "tokio::select! {\n biased;\n x = y => {} }\nuse tokio::select;");
    }
}
