//! Transactions over the socket: the same door as over REST. No source has the shape of the answer, so it says
//! everything twice, at the top and within `data`, where one or the other client looks for it.

use serde_json::value::RawValue;

use super::{Heard, command::refuse};
use crate::{
    lighter::{
        server::{
            answer::json,
            errors::Refused,
            markets::ms,
            numbers::text,
            send::{Receipt, Submission},
        },
        wire::{
            Text,
            error::codes::{OK, SOCKET_INVALID_DATA},
            send::{Hashes, SendTxAnswer, SendTxAnswerData, SendTxBatchData, SendTxData},
            stream::{Command, kind},
        },
    },
    server::Outbound,
};

/// Takes a transaction, or a batch of them, in.
pub(super) fn send(heard: Heard<'_>, command: &Command<'_>, out: &mut Vec<Outbound>) {
    let Heard { now, exchange, state, conn } = heard;
    let (id, submission) = match read(command) {
        Ok(read) => read,
        Err(refused) => return refuse(conn, refused, out),
    };
    let is_batch = command.kind == kind::SEND_TX_BATCH;
    let sent = submission.and_then(|submission| state.send(now, exchange, &submission));
    match sent {
        Ok(receipt) => {
            out.push(Outbound::Frame(conn, json(&answer(&command.kind, id, accepted(&receipt, is_batch)))));
        }
        Err(refused) if state.options.switches.socket_refusals_are_bare => refuse(conn, refused, out),
        Err(refused) => {
            let data = SendTxAnswerData { message: Some(Text::from(refused.message)), ..empty(refused.code) };
            out.push(Outbound::Frame(conn, json(&answer(&command.kind, id, data))));
        }
    }
}

/// What is to be sent; a bad batch is an error of its own, which the client's id goes with.
type Read<'c> = (Option<&'c RawValue>, Result<Submission, Refused>);

fn read<'c>(command: &'c Command<'_>) -> Result<Read<'c>, Refused> {
    let data = command.data.map_or("null", RawValue::get);
    let bad = |error: serde_json::Error| Refused::because(SOCKET_INVALID_DATA, error);
    if command.kind == kind::SEND_TX_BATCH {
        let data: SendTxBatchData<'c> = serde_json::from_str(data).map_err(bad)?;
        return Ok((data.id, Submission::batch(&data.tx_types.0, &data.tx_infos.0)));
    }
    let data: SendTxData<'c> = serde_json::from_str(data).map_err(bad)?;
    let info = data.tx_info.get();
    // Some clients send it as text.
    let info = if info.starts_with('"') { serde_json::from_str(info).map_err(bad)? } else { info.to_owned() };
    Ok((data.id, Ok(Submission { txs: vec![(data.tx_type.into(), info)], price_protection: true })))
}

fn accepted(receipt: &Receipt, is_batch: bool) -> SendTxAnswerData<'static> {
    let hashes: Vec<_> = receipt.hashes.iter().map(text).collect();
    let hashes = match (is_batch, &hashes[..]) {
        (false, [hash]) => Hashes::One(hash.clone()),
        _ => Hashes::Many(hashes),
    };
    SendTxAnswerData {
        message: Some(Text::from(receipt.message())),
        tx_hash: Some(hashes),
        predicted_execution_time_ms: Some(ms(receipt.due)),
        volume_quota_remaining: Some(receipt.quota),
        ..empty(OK)
    }
}

const fn empty(code: u32) -> SendTxAnswerData<'static> {
    SendTxAnswerData {
        id: None,
        code: Some(code),
        message: None,
        tx_hash: None,
        predicted_execution_time_ms: None,
        volume_quota_remaining: None,
    }
}

fn answer<'a>(kind: &'a str, id: Option<&'a RawValue>, data: SendTxAnswerData<'a>) -> SendTxAnswer<'a> {
    SendTxAnswer {
        kind: Text::new(kind),
        id,
        code: data.code,
        message: data.message.clone(),
        tx_hash: data.tx_hash.clone(),
        predicted_execution_time_ms: data.predicted_execution_time_ms,
        volume_quota_remaining: data.volume_quota_remaining,
        data: Some(SendTxAnswerData { id, ..data }),
        error: None,
    }
}
