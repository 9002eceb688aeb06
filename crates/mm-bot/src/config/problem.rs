//! What is wrong with a configuration, for the person who has to mend it: file, line, column, the line itself, the
//! key, and what to do.

use std::fmt::Write as _;

use super::tree::Place;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) place: Place,
    /// The key with its sections, `connectors.backpack.symbol`.
    pub(crate) path: String,
    /// What is wrong, lowercase.
    pub(crate) what: String,
    /// What to do.
    pub(crate) remedy: String,
}

/// Everything that is wrong.
#[derive(Clone, Debug, Default)]
pub(crate) struct Problems(Vec<Problem>);

impl Problems {
    /// Notes what is wrong `at` a place and a path of keys, and what to do.
    pub(crate) fn add(
        &mut self,
        (place, path): (&Place, &str),
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.0.push(Problem {
            place: place.clone(),
            path: path.to_owned(),
            what: what.into(),
            remedy: remedy.into(),
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them in the order of the text.
    pub(crate) fn sorted(mut self) -> Vec<Problem> {
        self.0.sort_by(|a, b| a.place.cmp(&b.place));
        self.0
    }
}

/// A configuration that cannot be used.
#[derive(Debug)]
pub(crate) struct ConfigError {
    /// The file's name as it was given.
    pub(crate) file: String,
    text: String,
    pub(crate) problems: Vec<Problem>,
}

impl ConfigError {
    pub(crate) fn new(file: &str, text: &str, problems: Problems) -> Self {
        Self { file: file.to_owned(), text: text.to_owned(), problems: problems.sorted() }
    }
}

impl std::error::Error for ConfigError {}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (n, problem) in self.problems.iter().enumerate() {
            if n > 0 {
                f.write_char('\n')?;
            }
            self.write(f, problem)?;
        }
        Ok(())
    }
}

/// The most characters of a line that are shown.
const SHOWN_MAX: usize = 160;

impl ConfigError {
    fn write(&self, f: &mut std::fmt::Formatter<'_>, problem: &Problem) -> std::fmt::Result {
        let what = if problem.path.is_empty() {
            problem.what.clone()
        } else {
            format!("{}: {}", problem.path, problem.what)
        };
        match &problem.place {
            Place::Text { line, column } => {
                writeln!(f, "{}:{line}:{column}: {what}", self.file)?;
                if let Some(source) = self.text.lines().nth(line - 1) {
                    let source: String = source.chars().take(SHOWN_MAX).collect();
                    let gutter = line.to_string();
                    writeln!(f, "  {gutter} | {source}")?;
                    // Beyond what is shown there is nothing to point at (and no width of a format goes beyond 65,535).
                    if *column <= SHOWN_MAX {
                        writeln!(f, "  {:width$} | {:>column$}", "", "^", width = gutter.len())?;
                    }
                }
            }
            Place::Variable(name) => writeln!(f, "environment variable {name}: {what}")?,
            Place::Nowhere => writeln!(f, "{}: {what}", self.file)?,
        }
        if problem.remedy.is_empty() { Ok(()) } else { writeln!(f, "  = {}", problem.remedy) }
    }
}

/// The name nearest to `given` among `valid`, if one is near enough to be meant.
pub(crate) fn nearest<'a>(given: &str, valid: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    valid
        .map(|name| (strsim::damerau_levenshtein(given, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.len().max(given.len()) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// `did you mean 'symbol'? valid here: side, symbol`.
pub(crate) fn suggestion<'a>(given: &str, valid: impl Iterator<Item = &'a str> + Clone) -> String {
    let all = valid.clone().collect::<Vec<_>>().join(", ");
    match nearest(given, valid) {
        Some(name) => format!("did you mean '{name}'? valid here: {all}"),
        None => format!("valid here: {all}"),
    }
}
