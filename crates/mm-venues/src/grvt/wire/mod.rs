//! GRVT's messages as they are on the wire, once, for both halves and both encodings.
