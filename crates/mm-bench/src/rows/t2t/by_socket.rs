//! Where orders go by socket and signatures can be prepared: Lighter and GRVT.

use std::cell::RefCell;

use bytes::Bytes;
use mm_model::Timestamp;
use mm_venues::client::{Frame, Outbox};

use super::{super::Size, BATCH, add};
use crate::{
    harness::{Round, Stat, alternate, by_cpu},
    limits::ByHand,
    rig::Rig,
    wires::Wire,
};

/// Orders under way at a time where signatures are prepared: no more lie ready.
const BATCH_PREPARED: usize = 8;

/// Both sides sign with nonces prepared outside the measured time, or with none.
pub(super) fn trade<W: Wire, H: ByHand>(by_hand: H, size: Size, is_prepared: bool) -> (Stat, Stat) {
    let batch_len = if is_prepared { BATCH_PREPARED } else { BATCH };
    let batches = (size.ops(2_000) as usize / batch_len).max(1);
    let mut ours = Ours::<W> { rig: Rig::new(), seq: 1_000, outboxes: outboxes(batch_len), is_prepared };
    let mut by_hand = Hand { trader: by_hand, outboxes: outboxes(batch_len), is_prepared };
    let now = ours.rig.clock.now();
    let (frames, last) = (RefCell::new(Vec::new()), RefCell::new(String::new()));
    alternate(
        || {
            frames.borrow_mut().clear();
            let round = (0..batches).fold(Round { ops: 0, ns: 0 }, |sum, _| {
                let (batch, round) = ours.round(now);
                frames.borrow_mut().push(batch);
                add(sum, round)
            });
            last.borrow_mut().clone_from(&ours.outboxes[batch_len - 1].frames[0].0);
            round
        },
        || {
            let frames = frames.borrow();
            let rounds = frames.iter().map(|batch| by_hand.round::<W>(batch, now));
            let round = rounds.fold(Round { ops: 0, ns: 0 }, add);
            let theirs = &by_hand.outboxes[batch_len - 1].frames[0].0;
            assert_eq!(H::unsigned(&last.borrow()), H::unsigned(theirs), "both write the same order");
            round
        },
    )
}

fn outboxes(n: usize) -> Vec<Outbox> {
    let empty = || Outbox { frames: vec![Frame(String::new())], ..Outbox::default() };
    std::iter::repeat_with(empty).take(n).collect()
}

/// Our side.
struct Ours<W: Wire> {
    rig: Rig<W>,
    seq: u64,
    outboxes: Vec<Outbox>,
    is_prepared: bool,
}

impl<W: Wire> Ours<W> {
    /// Trades on as many frames as there are outboxes; gives the frames back.
    fn round(&mut self, now: Timestamp) -> (Vec<Bytes>, Round) {
        let Self { rig, seq, outboxes, is_prepared } = self;
        let n = outboxes.len() as u64;
        let batch: Vec<Bytes> = (1..=n).map(|n| W::depth(*seq + n)).collect();
        *seq += n;
        if *is_prepared {
            rig.prepare();
        }
        let mut underway = Vec::with_capacity(batch.len());
        let round = by_cpu(n, || {
            for (frame, outbox) in batch.iter().zip(outboxes.iter_mut()) {
                underway.push(rig.trade(frame, outbox));
            }
        });
        underway.into_iter().for_each(|one| rig.settle(one));
        outboxes.iter().for_each(|outbox| W::check(now, outbox));
        (batch, round)
    }
}

/// The limit's side.
struct Hand<H> {
    trader: H,
    outboxes: Vec<Outbox>,
    is_prepared: bool,
}

impl<H: ByHand> Hand<H> {
    fn round<W: Wire>(&mut self, batch: &[Bytes], now: Timestamp) -> Round {
        let Self { trader, outboxes, is_prepared } = self;
        if *is_prepared {
            trader.prepare(batch.len());
        }
        let round = by_cpu(batch.len() as u64, || {
            for (frame, outbox) in batch.iter().zip(outboxes.iter_mut()) {
                trader.trade(frame, now.ms(), &mut outbox.frames[0].0);
            }
        });
        outboxes.iter().for_each(|outbox| W::check(now, outbox));
        round
    }
}
