//! mm-store
