//! The venue itself.

use crate::lighter::{
    server::{
        answer::{Answered, json},
        call::Call,
        markets::{height, seconds},
    },
    tx::ChainId,
    wire::{
        Text,
        error::codes::OK,
        info::{CurrentHeight, Info, Status},
    },
};

/// The contract of the simulated chain: none.
const NO_CONTRACT: &str = "0x0000000000000000000000000000000000000000";

/// `GET /`.
pub(in super::super) fn status(call: &mut Call<'_>) -> Answered {
    call.finish()?;
    // 1 is the main net; the number of the others is on no page.
    let network_id = i64::from(call.state.options.chain == ChainId::MAINNET);
    Ok(json(&Status { status: 1, network_id, timestamp: seconds(call.now) }))
}

/// `GET /info`.
pub(in super::super) fn info(call: &mut Call<'_>) -> Answered {
    call.finish()?;
    Ok(json(&Info { contract_address: Text::new(NO_CONTRACT) }))
}

/// `GET currentHeight`.
pub(in super::super) fn current_height(call: &mut Call<'_>) -> Answered {
    call.finish()?;
    Ok(json(&CurrentHeight { code: OK, message: None, height: height(call.now) }))
}

/// `GET announcement`: there are none.
pub(in super::super) fn announcement(call: &mut Call<'_>) -> Answered {
    call.finish()?;
    Ok(json(&serde_json::json!({ "code": OK, "announcements": [] })))
}
