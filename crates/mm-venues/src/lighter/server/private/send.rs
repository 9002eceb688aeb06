//! Routes that send transactions.

use crate::lighter::{
    server::{
        answer::{Answered, json},
        call::Call,
        errors::Refused,
        markets::ms,
        numbers::text,
        send::{Receipt, Submission, form},
    },
    wire::{
        error::codes::{BATCH_LENGTH_MISMATCH, INVALID_TX_INFO, OK},
        tx::{SendTx, SendTxBatch},
    },
};

/// `POST sendTx`.
pub(in super::super) fn send_tx(call: &mut Call<'_>) -> Answered {
    call.finish()?;
    let mut form = form::fields(call.request)?;
    let tx = (form.required_number("tx_type")?, form.required("tx_info")?);
    let price_protection = match form.optional("price_protection").as_deref() {
        None | Some("true" | "True") => true,
        Some("false" | "False") => false,
        Some(_) => return Err(Refused::parameter("price_protection", "must be true or false")),
    };
    form.finish()?;
    let submission = Submission { txs: vec![tx], price_protection };
    let receipt = call.state.send(call.now, call.exchange, &submission)?;
    Ok(json(&SendTx {
        code: OK,
        message: Some(receipt.message().into()),
        tx_hash: receipt.hashes.first().map(text).unwrap_or_default(),
        predicted_execution_time_ms: ms(receipt.due),
        volume_quota_remaining: Some(receipt.quota),
    }))
}

/// `POST sendTxBatch`.
pub(in super::super) fn send_tx_batch(call: &mut Call<'_>) -> Answered {
    call.finish()?;
    let mut form = form::fields(call.request)?;
    let (types, infos) = (form.required("tx_types")?, form.required("tx_infos")?);
    form.finish()?;
    let submission = Submission::batch(&types, &infos)?;
    let receipt = call.state.send(call.now, call.exchange, &submission)?;
    Ok(json(&SendTxBatch {
        code: OK,
        message: Some(receipt.message().into()),
        tx_hash: receipt.hashes.iter().map(text).collect(),
        predicted_execution_time_ms: ms(receipt.due),
        volume_quota_remaining: Some(receipt.quota),
    }))
}

impl Submission {
    /// From a JSON array of numbers and a JSON array of texts.
    ///
    /// # Errors
    /// When they are not that, or not of one length.
    pub(in super::super) fn batch(types: &str, infos: &str) -> Result<Self, Refused> {
        let types: Vec<u64> =
            serde_json::from_str(types).map_err(|error| Refused::because(INVALID_TX_INFO, error))?;
        let infos: Vec<String> =
            serde_json::from_str(infos).map_err(|error| Refused::because(INVALID_TX_INFO, error))?;
        if types.len() != infos.len() {
            return Err(BATCH_LENGTH_MISMATCH.into());
        }
        Ok(Self { txs: types.into_iter().zip(infos).collect(), price_protection: true })
    }
}

impl Receipt {
    /// What the venue says of the volume quota: JSON in text.
    pub(in super::super) fn message(&self) -> String {
        format!(r#"{{"ratelimit": "didn't use volume quota, {} left"}}"#, self.quota)
    }
}
