//! The texts that an Ethereum key signs (EIP-191, `personal_sign`) where the venue wants more than the API key. Only
//! the texts: a bot's keys are registered beforehand, so nothing here makes or checks such a signature.
//!
//! Source: lighter-go `types/txtypes/utils.go` at 17f2d60, and `l1_message_to_sign` in
//! `fixtures/lighter/vectors.json`. Every number is 16 hex digits.

use std::fmt::Write as _;

use super::{Body, ChainId, Tx};

impl Tx {
    /// The text to sign; `None` for a transaction that no Ethereum key signs.
    #[must_use]
    pub fn l1_message(&self, chain: ChainId) -> Option<String> {
        let mut lines = Lines(String::with_capacity(512));
        let header = &self.header;
        match &self.body {
            Body::ChangePubKey(it) => {
                lines.text("Register Lighter Account\n");
                lines.text(&format!("pubkey: 0x{}", it.public_key));
                lines.number("nonce", header.nonce);
                lines.number("account index", header.account);
                lines.number("api key index", header.api_key);
            }
            Body::Transfer(it) => {
                lines.text("Transfer\n");
                lines.number("nonce", header.nonce);
                lines.routed("from", header.account, it.from_route.code());
                lines.number("api key", header.api_key);
                lines.routed("to", it.to_account, it.to_route.code());
                lines.number("asset", it.asset);
                lines.amount("amount", it.amount.0);
                lines.amount("fee", it.fee.0);
                lines.number("chainId", chain.0);
                lines.text(&format!("memo: {}", it.memo));
            }
            Body::ApproveIntegrator(it) => {
                lines.text("Approve Integrator\n");
                lines.number("nonce", header.nonce);
                lines.number("account index", header.account);
                lines.number("api key index", header.api_key);
                lines.number("integrator account index", it.integrator);
                lines.number("max perps taker fee", it.perps_taker_fee);
                lines.number("max perps maker fee", it.perps_maker_fee);
                lines.number("max spot taker fee", it.spot_taker_fee);
                lines.number("max spot maker fee", it.spot_maker_fee);
                lines.number("approval expiry", it.expiry);
                lines.number("chainId", chain.0);
            }
            _ => return None,
        }
        lines.0.push_str("Only sign this message for a trusted client!");
        Some(lines.0)
    }
}

/// A text that grows by the line.
struct Lines(String);

impl Lines {
    fn text(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    /// A negative number is written as its 64 bits.
    fn number(&mut self, name: &str, number: impl Into<i64>) {
        self.amount(name, number.into() as u64);
    }

    fn amount(&mut self, name: &str, number: u64) {
        writeln!(self.0, "{name}: {number:#018x}").expect("writing to a string cannot fail");
    }

    fn routed(&mut self, name: &str, account: i64, route: u8) {
        writeln!(self.0, "{name}: {account:#018x} (route {route:#018x})")
            .expect("writing to a string cannot fail");
    }
}
