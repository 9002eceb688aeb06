//! `cargo bench` runs all rows; `cargo bench -- book orders` runs some.

use mm_bench::{
    harness::table,
    rows::{GROUPS, Size},
};

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    show(&format!("load at the start: {}", load()));
    for (name, rows) in GROUPS {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            show(&format!("\n## {name}\n\n{}", table(&rows(Size::Full))));
        }
    }
    show(&format!("load at the end: {}", load()));
}

fn load() -> String {
    std::fs::read_to_string("/proc/loadavg")
        .map_or_else(|_| "not known".into(), |text| text.trim().to_owned())
}

#[expect(clippy::print_stdout, reason = "the result of a bench is what it prints")]
fn show(text: &str) {
    println!("{text}");
}
