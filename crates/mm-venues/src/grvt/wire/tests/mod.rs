//! Every wire type reads its witness in both encodings, and writes it back.

mod lite;
