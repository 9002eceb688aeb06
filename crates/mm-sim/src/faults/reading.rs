//! How a schedule is written in JSON: in a file, and on the control surface. A list alone is a schedule without a
//! seed, and an action's parameters may stand beside it: `{"do": "delay", "ms": 250}` means
//! `{"do": {"delay": {"ms": 250}}}`.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::Schedule;

impl Schedule {
    /// Reads a schedule and checks that every rule of it can ever fire.
    ///
    /// # Errors
    /// Says what cannot be read, or which rule makes no sense and why.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let mut value: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        if value.is_array() {
            value = json!({ "rules": value });
        }
        if let Some(rules) = value.get_mut("rules").and_then(Value::as_array_mut) {
            rules.iter_mut().for_each(gather);
        }
        let schedule: Self = serde_json::from_value(value).map_err(|error| error.to_string())?;
        schedule.check()?;
        Ok(schedule)
    }
}

/// Reads anything else that says what to `do`.
pub(crate) fn parse_command<T: DeserializeOwned>(text: &[u8]) -> serde_json::Result<T> {
    let mut value: Value = serde_json::from_slice(text)?;
    gather(&mut value);
    serde_json::from_value(value)
}

/// Puts an action's parameters where they belong.
fn gather(value: &mut Value) {
    let Some(fields) = value.as_object_mut() else { return };
    let Some(action) = fields.get("do").and_then(Value::as_str) else { return };
    let parameters: &[&str] = match action {
        "move" => &["bps", "over_ms"],
        "delay" | "skew" | "clock" => &["ms"],
        "status" => &["code", "body"],
        "rate_limit" => &["retry_after_s"],
        "rate_limit_until" => &["after_s"],
        "garbage" => &["of"],
        "partition" => &["direction"],
        "restart" => &["orders"],
        "lie" => &["positions", "open_orders"],
        _ => return,
    };
    let action = action.to_owned();
    let mut gathered = Map::new();
    for name in parameters {
        if let Some(value) = fields.remove(*name) {
            gathered.insert((*name).to_owned(), value);
        }
    }
    fields.insert("do".to_owned(), json!({ action: gathered }));
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, want: Expect) {
        let got = match Schedule::parse(text.as_bytes()) {
            Ok(schedule) => serde_json::to_string(&schedule.rules).expect("JSON"),
            Err(why) => why,
        };
        want.assert_eq(&got);
    }

    #[test]
    fn a_schedule_has_several_forms() {
        let nested = r#"{"rules": [{"where": "frame", "do": {"delay": {"ms": 5}}}]}"#;
        let beside = r#"{"rules": [{"where": "frame", "do": "delay", "ms": 5}]}"#;
        let list = r#"[{"where": "frame", "do": "delay", "ms": 5}]"#;
        let of = |text: &str| Schedule::parse(text.as_bytes()).expect("a schedule");
        assert_eq!(of(nested), of(beside));
        assert_eq!(of(nested), of(list));
        assert_eq!(of("[]"), Schedule::default());
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        check("{", expect!["EOF while parsing an object at line 1 column 1"]);
        check("{}", expect!["missing field `rules`"]);
        check(r#"[{"where": "frame", "do": "delay"}]"#, expect!["missing field `ms`"]);
        check(
            r#"[{"where": "frame", "do": "ignore_cancel"}]"#,
            expect!["rule 1: 'ignore_cancel' cannot be done to a frame"],
        );
        check(
            r#"[{"where": "reply", "do": "lie", "positions": {}, "times": 0}]"#,
            expect!["rule 1: a lie without 'positions' and 'open_orders' changes nothing"],
        );
        check(
            r#"[{"where": "reply", "match": {"stream": "depth"}, "do": "drop"}]"#,
            expect!["rule 1: 'stream' and 'feed' are properties of frames"],
        );
    }
}
