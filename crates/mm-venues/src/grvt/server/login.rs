//! Opening a session, by API key and by a wallet's signature. These bodies have one encoding only.

use std::time::Duration;

use bytes::Bytes;
use mm_crypto::ecdsa::Address;
use mm_model::Timestamp;

use super::{answer::Outgoing, errors::Refused, state::State};
use crate::{
    grvt::{
        sign::{Gate, SignatureTexts, authenticate_login},
        wire::{
            Encoding, Text,
            error::codes,
            login::{
                ACCOUNT_HEADER, API_KEY_PATH, ApiKeyLogin, LoginReply, SessionCookie, WALLET_PATH,
                WalletLogin,
            },
            order::Signature,
        },
    },
    http::Request,
};

/// How far ahead the signature of a wallet's login may end.
const WINDOW: Duration = Duration::from_secs(5 * 60);

/// Answers a login; `None` when the path is none of a login.
pub(super) fn answer(state: &mut State, now: Timestamp, request: &Request) -> Option<Outgoing> {
    let whose = match request.path.as_str() {
        API_KEY_PATH => by_api_key(state, request),
        WALLET_PATH => by_wallet(state, now, request),
        _ => return None,
    };
    let counted = whose.and_then(|whose| state.allowances.login(now, whose.0).map(|()| whose));
    Some(match counted {
        Ok(whose) => open(state, now, whose),
        Err(refused) => Outgoing::plain(Encoding::Full, Err(refused)),
    })
}

type Whose = (Address, Option<u64>);

/// The session of a key opens its own trading account.
fn by_api_key(state: &State, request: &Request) -> Result<Whose, Refused> {
    // What a key's login says of its body must not echo it.
    let login: ApiKeyLogin<'_> = Encoding::Full
        .read(&request.body)
        .map_err(|_| Refused::malformed("the body is no object with api_key"))?;
    let member = state.accounts.by_api_key(&login.api_key).ok_or(codes::UNAUTHENTICATED)?;
    Ok((member.main_account, Some(member.sub_account)))
}

/// The session of a wallet opens all trading accounts of its main account.
fn by_wallet(state: &mut State, now: Timestamp, request: &Request) -> Result<Whose, Refused> {
    let login: WalletLogin<'_> = Encoding::Full.read(&request.body).map_err(Refused::malformed)?;
    let expiration = login.signature.expiration.0.to_string();
    let texts = texts(&login.signature, &expiration);
    let gate = Gate { domain: state.domain, now, longest: WINDOW };
    let authentic = authenticate_login(&gate, &login.address, &texts)?;
    let address = authentic.signer;
    if state.accounts.of_main(address).next().is_none() {
        return Err(codes::UNAUTHENTICATED.into());
    }
    if !state.sessions.spend(address, authentic.validity.nonce) {
        return Err(Refused::because(codes::UNAUTHENTICATED, "the nonce was used for a login before"));
    }
    Ok((address, None))
}

/// A signature's texts. Its expiration was a number on the wire types, and is text for the signature's check.
pub(super) fn texts<'a>(signature: &'a Signature<'_>, expiration: &'a str) -> SignatureTexts<'a> {
    SignatureTexts {
        signer: &signature.signer,
        r: &signature.r,
        s: &signature.s,
        v: signature.v.into(),
        expiration,
        nonce: signature.nonce,
        chain_id: signature.chain_id.as_deref(),
    }
}

fn open(state: &mut State, now: Timestamp, whose: Whose) -> Outgoing {
    let (main_account, sub_account) = whose;
    // Cookies end at whole seconds.
    let until = Timestamp((now + state.options.session_life).0 / 1_000_000_000 * 1_000_000_000);
    let token = state.sessions.open(now, whose, until);
    let reply = LoginReply {
        status: Text::new("success"),
        location: Text::new(""),
        funding_account_address: Text::from(main_account.to_string()),
        sub_account_id: sub_account.map(|number| Text::from(number.to_string())),
    };
    Outgoing {
        encoding: Encoding::Full,
        answered: Ok(Bytes::from(Encoding::Full.write(&reply))),
        headers: vec![
            ("Set-Cookie", SessionCookie { token: &token, expires: until }.header()),
            (ACCOUNT_HEADER, state.sessions.account_id(main_account)),
        ],
    }
}
