//! Routes that give out, list and take back read-only tokens.

use serde::Serialize;

use crate::{
    lighter::{
        server::{
            answer::{Answered, json},
            call::Call,
            errors::Refused,
            send::form,
            tokens::{Given, NewToken},
        },
        wire::{Text, error::codes, info::TokenCreated, rows::List, stream::AuthToken},
    },
    server::params::Params,
};

/// The shortest life of a token: `AppErrAPITokenExpiryBeforeMinAllowed`.
const LIFE_MIN_S: i64 = 86_400;
/// The longest: `AppErrAPITokenExpiryAfterMaxAllowed`.
const LIFE_MAX_S: i64 = 10 * 365 * 86_400;
/// The longest name: `AppErrAPITokenNameTooLong`.
const NAME_MAX: usize = 50;
/// The one scope that there is.
const SCOPE: &str = "read.*";

/// `GET tokens`.
pub(in super::super) fn list(call: &mut Call<'_>) -> Answered {
    #[derive(Serialize)]
    struct Tokens {
        code: u32,
        api_tokens: List<TokenCreated<'static>>,
    }
    let (_, index) = call.own_account()?;
    call.finish()?;
    let rows: Vec<_> = call.state.tokens.given(index).map(row).collect();
    Ok(json(&Tokens { code: codes::OK, api_tokens: rows.into() }))
}

/// `POST tokens/create`.
pub(in super::super) fn create(call: &mut Call<'_>) -> Answered {
    call.finish()?;
    let mut form = form::fields(call.request)?;
    let index = changed_account(call, &mut form)?;
    let name = form.required("name")?;
    let expiry_s: i64 = form.required_number("expiry")?;
    let sub_accounts = match form.required("sub_account_access")?.as_str() {
        "true" | "True" => true,
        "false" | "False" => false,
        _ => return Err(Refused::parameter("sub_account_access", "must be true or false")),
    };
    let scopes = form.optional("scopes");
    form.finish()?;
    check_name(&name)?;
    if scopes.is_some_and(|scopes| scopes != SCOPE) {
        return Err(codes::TOKEN_SCOPES_NOT_SUPPORTED.into());
    }
    let life = i64::try_from(call.now.ms() / 1_000).map_or(0, |now| expiry_s.saturating_sub(now));
    if life < LIFE_MIN_S {
        return Err(codes::TOKEN_EXPIRY_TOO_SOON.into());
    }
    if life > LIFE_MAX_S {
        return Err(codes::TOKEN_EXPIRY_TOO_LATE.into());
    }
    let token = NewToken { now: call.now, account: index, name: &name, expiry_s, sub_accounts };
    Ok(json(&row(call.state.tokens.give(token)?)))
}

/// `POST tokens/revoke`.
pub(in super::super) fn revoke(call: &mut Call<'_>) -> Answered {
    #[derive(Serialize)]
    struct Revoked {
        code: u32,
        token_id: i64,
        revoked: bool,
    }
    call.finish()?;
    let mut form = form::fields(call.request)?;
    let index = changed_account(call, &mut form)?;
    let token_id = form.required_number("token_id")?;
    form.finish()?;
    call.state.tokens.revoke(index, token_id)?;
    Ok(json(&Revoked { code: codes::OK, token_id, revoked: true }))
}

/// The account of the form, which the token must open for more than reading.
fn changed_account(call: &Call<'_>, form: &mut Params) -> Result<i64, Refused> {
    let (_, index) = call.opened(form.required_number("account_index")?)?;
    if call.access()?.read_only {
        return Err(Refused::unauthorized("a read-only token changes nothing"));
    }
    Ok(index)
}

fn check_name(name: &str) -> Result<(), Refused> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || " -_.".contains(letter);
    match name.chars().count() {
        0 => Err(codes::TOKEN_NAME_EMPTY.into()),
        n if n > NAME_MAX => Err(codes::TOKEN_NAME_TOO_LONG.into()),
        _ if !name.chars().all(plain) => Err(codes::TOKEN_NAME_INVALID.into()),
        _ => Ok(()),
    }
}

fn row(given: &Given) -> TokenCreated<'static> {
    TokenCreated {
        code: codes::OK,
        message: None,
        token_id: given.id,
        api_token: AuthToken(Text::from(given.text())),
        name: Text::from(given.name.clone()),
        account_index: given.account,
        expiry: given.expiry_s,
        sub_account_access: given.sub_accounts,
        revoked: given.revoked,
        scopes: Text::new(SCOPE),
    }
}
