//! mm-net
