//! Signs a request and writes it: the signing string is made from the same typed request as the body or the query,
//! so what is signed and what is sent cannot differ.

use std::fmt::Write as _;

use mm_model::{CallError, Timestamp};
use serde::Serialize;

use super::Credentials;
use crate::{
    backpack::sign::{Instruction, PairsError, instruction_of, write_end, write_instruction, write_pairs},
    http::{Method, Request},
    query,
};

impl From<PairsError> for CallError {
    fn from(error: PairsError) -> Self {
        Self::NotSent(error.to_string())
    }
}

/// Who signs, when and for how long; `message` is memory for the signing string.
#[derive(Debug)]
pub(super) struct Signer<'a> {
    pub(super) keys: &'a Credentials,
    pub(super) now: Timestamp,
    pub(super) window_ms: u32,
    pub(super) broker_id: Option<u16>,
    pub(super) message: &'a mut String,
}

impl Signer<'_> {
    /// A request whose fields stand in the query.
    ///
    /// # Errors
    /// [`CallError::NotSent`] when the type cannot be signed: a mistake of ours that the tests would show.
    pub(super) fn query<T: Serialize>(
        self,
        path: &str,
        fields: &T,
        out: &mut Request,
    ) -> Result<(), CallError> {
        out.reset(Method::Get, path);
        self.message.clear();
        write_instruction(instruction(out), self.message);
        let start = self.message.len();
        write_pairs(fields, self.message)?;
        // The signed pairs are `&key=value`; in the URL the values are escaped.
        for (key, value) in self.message[start..].split('&').filter_map(|pair| pair.split_once('=')) {
            if !out.query.is_empty() {
                out.query.push('&');
            }
            out.query.push_str(key);
            out.query.push('=');
            query::encode(value, &mut out.query);
        }
        self.finish(out);
        Ok(())
    }

    /// A request whose fields stand in the body; `out` has its method and path.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub(super) fn body<T: Serialize>(mut self, fields: &T, out: &mut Request) -> Result<(), CallError> {
        self.message.clear();
        self.row(fields, out)?;
        self.finish_body(out);
        Ok(())
    }

    /// Begins a request whose body is a list.
    pub(super) fn begin_list(&mut self, out: &mut Request) {
        self.message.clear();
        out.body.push(b'[');
    }

    /// Adds a row to the list.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub(super) fn add_row<T: Serialize>(&mut self, fields: &T, out: &mut Request) -> Result<(), CallError> {
        if out.body.len() > 1 {
            out.body.push(b',');
        }
        self.row(fields, out)
    }

    /// Ends the list.
    pub(super) fn end_list(self, out: &mut Request) {
        out.body.push(b']');
        self.finish_body(out);
    }

    fn row<T: Serialize>(&mut self, fields: &T, out: &mut Request) -> Result<(), CallError> {
        write_instruction(instruction(out), self.message);
        write_pairs(fields, self.message)?;
        serde_json::to_writer(&mut out.body, fields).map_err(|error| CallError::NotSent(error.to_string()))
    }

    fn finish_body(self, out: &mut Request) {
        out.headers.push("Content-Type").push_str("application/json; charset=utf-8");
        if let Some(id) = self.broker_id {
            write!(out.headers.push("X-Broker-Id"), "{id}").expect("writing to a string cannot fail");
        }
        self.finish(out);
    }

    /// Ends the signing string, signs it and writes the four headers.
    fn finish(self, out: &mut Request) {
        write_end(self.now.ms(), self.window_ms, self.message);
        out.headers.push("X-API-Key").push_str(&self.keys.api_key);
        self.keys.secret.sign(self.message, out.headers.push("X-Signature"));
        write!(out.headers.push("X-Timestamp"), "{}", self.now.ms())
            .expect("writing to a string cannot fail");
        write!(out.headers.push("X-Window"), "{}", self.window_ms).expect("writing to a string cannot fail");
    }
}

fn instruction(request: &Request) -> Instruction {
    instruction_of(request.method, &request.path).expect("every signed path of ours is in the table")
}
