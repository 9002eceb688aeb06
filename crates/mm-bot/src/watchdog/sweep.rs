//! Takes every order off an account, by REST, until the venue shows twice that none is open. It has no end but that.

use std::{collections::BTreeSet, time::Duration};

use mm_core::{Clock, Connector, Venue};

/// Between the two answers that prove it: what a dying bot sent last may still come to the book.
const PROOF_PAUSE: Duration = Duration::from_secs(2);
/// First pause after something failed; each further failure doubles it.
const PAUSE_MIN: Duration = Duration::from_millis(250);
/// Longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// How long an answer may take. The connector gives up earlier.
const PATIENCE: Duration = Duration::from_secs(15);

/// One account.
pub(super) struct Sweep {
    pub(super) clock: Clock,
    pub(super) connector: Connector,
}

impl Sweep {
    /// Asks for the open orders until that is answered; says how many there are.
    ///
    /// # Errors
    /// When the connector cannot go on.
    pub(super) async fn look_once(self) -> Result<usize, String> {
        let Self { clock, connector: Connector { venue, task } } = self;
        tokio::select! {
            biased;
            ended = task => Err(ended.err().unwrap_or_else(|| "the connector ended".into())),
            n = async {
                loop {
                    match venue.fetch_open_orders(None).await {
                        Ok(orders) if orders.complete => return orders.rows.len(),
                        Ok(_) => {}
                        Err(error) => tracing::debug!(%error, "not answered yet"),
                    }
                    clock.sleep(PAUSE_MIN).await;
                }
            } => Ok(n),
        }
    }

    /// Cancels and asks until none is open; says how many were at most.
    pub(super) async fn until_clean(self) -> usize {
        let Self { clock, connector: Connector { venue, task } } = self;
        // The connector goes on by itself for as long as anybody lives; whatever it says of itself, we ask on.
        let run = async {
            if let Err(why) = task.await {
                tracing::error!(%why, "the watchdog's connector failed");
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            biased;
            n = clean(&clock, &venue) => n,
            () = run => unreachable!("it waits for ever"),
        }
    }
}

async fn clean(clock: &Clock, venue: &Venue) -> usize {
    let (mut n_seen, mut is_proven_once, mut pause) = (0, false, PAUSE_MIN);
    let mut last_error = String::new();
    loop {
        match round(clock, venue).await {
            Ok(0) if is_proven_once => return n_seen,
            Ok(0) => {
                is_proven_once = true;
                clock.sleep(PROOF_PAUSE).await;
                continue;
            }
            Ok(n) => {
                n_seen = n_seen.max(n);
                (is_proven_once, pause) = (false, PAUSE_MIN);
            }
            Err(error) => {
                if error != last_error {
                    tracing::error!(venue = venue.name(), %error, "trying on");
                    last_error = error;
                }
                pause = (pause * 2).min(PAUSE_MAX);
            }
        }
        clock.sleep(pause).await;
    }
}

/// Asks what is open and cancels it; says how many orders there were.
async fn round(clock: &Clock, venue: &Venue) -> Result<usize, String> {
    let asked = clock.within(PATIENCE, venue.fetch_open_orders(None)).await.ok_or("no answer")?;
    let orders = asked.map_err(|error| error.to_string())?;
    let markets: BTreeSet<_> = orders.rows.iter().map(|row| row.market).collect();
    let mut failed = None;
    for market in markets {
        let cancelled = clock.within(PATIENCE, venue.cancel_all(market)).await;
        failed = match cancelled {
            Some(Ok(())) => failed,
            Some(Err(error)) => Some(error.to_string()),
            None => Some("no answer to a cancel".to_owned()),
        };
    }
    match failed {
        Some(why) => Err(why),
        None if orders.complete || !orders.rows.is_empty() => Ok(orders.rows.len()),
        None => Err("the list of open orders is not whole".to_owned()),
    }
}
