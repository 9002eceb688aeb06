//! Signed transactions as messages: the form of `sendTx`, and the frame of `jsonapi/sendtx`. Written by hand, so that
//! an order allocates nothing but the frame that carries it.

use std::fmt::Write as _;

use crate::{
    client::{CallRef, Frame},
    http::{Method, Request},
    lighter::{tx::TxType, wire::stream::kind},
    query,
};

/// The bytes of a frame with one transaction: 620 and some.
const FRAME_BYTES: usize = 768;

/// Memory that encoding reuses.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// A transaction.
    pub(super) info: String,
    /// The transactions of a batch, as a list of texts.
    pub(super) infos: String,
    form: String,
}

/// What is written around the signed transactions.
#[derive(Clone, Copy, Debug)]
pub(super) enum Message {
    /// One, whose text is in `info`.
    One(TxType),
    /// Several of one type, whose texts are listed in `infos`.
    Batch {
        /// How many.
        n: usize,
        /// Of which type.
        tx_type: TxType,
    },
}

impl Message {
    /// As a form, which is how the venue's SDK sends it.
    pub(super) fn write_form(self, scratch: &mut Scratch, price_protection: bool, out: &mut Request) {
        let Scratch { info, infos, form } = scratch;
        form.clear();
        match self {
            Self::One(tx_type) => {
                out.reset(Method::Post, "/api/v1/sendTx");
                write!(form, "tx_type={}&tx_info=", tx_type.code()).expect("writing to a string cannot fail");
                query::encode(info, form);
            }
            Self::Batch { n, tx_type } => {
                out.reset(Method::Post, "/api/v1/sendTxBatch");
                form.push_str("tx_types=");
                info.clear();
                write_types(n, tx_type, info);
                query::encode(info, form);
                form.push_str("&tx_infos=");
                query::encode(infos, form);
            }
        }
        if let (Self::One(_), false) = (self, price_protection) {
            form.push_str("&price_protection=false");
        }
        out.headers.push("Content-Type").push_str("application/x-www-form-urlencoded");
        out.body.extend_from_slice(form.as_bytes());
    }

    /// As a frame ([`crate::lighter::wire::send`]), written by hand: one allocation, which the frame itself needs.
    pub(super) fn frame(self, scratch: &mut Scratch, price_protection: bool, CallRef(id): CallRef) -> Frame {
        let mut text = String::with_capacity(FRAME_BYTES);
        let written = match self {
            Self::One(tx_type) => {
                let (word, code, info) = (kind::SEND_TX, tx_type.code(), &scratch.info);
                write!(text, r#"{{"type":"{word}","data":{{"id":"{id}","tx_type":{code},"tx_info":{info}"#)
            }
            Self::Batch { n, tx_type } => {
                scratch.info.clear();
                write_types(n, tx_type, &mut scratch.info);
                let (word, types) = (kind::SEND_TX_BATCH, &scratch.info);
                let written = write!(
                    text,
                    r#"{{"type":"{word}","data":{{"id":"{id}","tx_types":"{types}","tx_infos":"#
                );
                text.push('"');
                escape(&scratch.infos, &mut text);
                text.push('"');
                written
            }
        };
        written.expect("writing to a string cannot fail");
        if let (Self::One(_), false) = (self, price_protection) {
            text.push_str(r#","price_protection":false"#);
        }
        text.push_str("}}");
        Frame(text)
    }
}

fn write_types(n: usize, tx_type: TxType, out: &mut String) {
    for k in 0..n {
        let first = if k == 0 { '[' } else { ',' };
        write!(out, "{first}{}", tx_type.code()).expect("writing to a string cannot fail");
    }
    out.push(']');
}

/// Adds a transaction to the list of texts that a batch is.
pub(super) fn add_info(info: &str, infos: &mut String) {
    infos.push_str(if infos.is_empty() { "[\"" } else { ",\"" });
    escape(info, infos);
    infos.push('"');
}

/// The inside of a JSON string that holds JSON of ours, which has no control characters.
fn escape(json: &str, out: &mut String) {
    for part in json.split_inclusive(['"', '\\']) {
        match part.as_bytes().last() {
            Some(b'"' | b'\\') => {
                let (plain, special) = part.split_at(part.len() - 1);
                out.push_str(plain);
                out.push('\\');
                out.push_str(special);
            }
            _ => out.push_str(part),
        }
    }
}
