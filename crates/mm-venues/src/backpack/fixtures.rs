//! The messages from outside under `fixtures/backpack/`, for the tests of both halves.

use serde::Deserialize;

/// The whole file.
pub(crate) fn file(name: &str) -> String {
    crate::fixtures::file("backpack", &format!("{name}.json"))
}

/// The message as it would come over the wire, without insignificant space.
pub(crate) fn message(name: &str) -> String {
    crate::fixtures::message("backpack", name)
}

/// A request that another client signed.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) instruction: String,
    pub(crate) signing_string: String,
    #[serde(default)]
    pub(crate) method: String,
    #[serde(default)]
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) query_as_sent: String,
    #[serde(default)]
    pub(crate) body_as_sent: String,
    #[serde(default)]
    pub(crate) headers: std::collections::BTreeMap<String, String>,
    /// A subscribe command, instead of all of the above.
    pub(crate) frame_as_sent: Option<serde_json::Value>,
}

/// A string that the venue's page prints, and its signature by the same key.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct DocExample {
    pub(crate) name: String,
    pub(crate) signing_string: String,
    pub(crate) signature: String,
}

/// `fixtures/backpack/vectors.json`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Vectors {
    pub(crate) seed_base64_api_secret: String,
    pub(crate) verifying_key_base64_api_key: String,
    /// To be accepted.
    pub(crate) vectors: Vec<Vector>,
    /// To be refused.
    pub(crate) quirks: Vec<Vector>,
    pub(crate) doc_examples: Vec<DocExample>,
}

/// The signing vectors.
pub(crate) fn vectors() -> Vectors {
    serde_json::from_str(&file("vectors")).expect("vectors.json has the shape of its type")
}
