//! What the answer to a transaction means: for its nonce, and for what was asked. The same by form and by socket.

use mm_model::{CallError, Event, Timestamp};

use super::{
    Account,
    nonces::Spent,
    refusal::{self, Said},
    sent::Ids,
};
use crate::client::{CallRef, Next};

/// A message with transactions that is answered.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    pub(super) now: Timestamp,
    pub(super) call: CallRef,
    /// How many transactions it held.
    pub(super) n_txs: usize,
    /// The orders that it placed.
    pub(super) ids: Ids,
}

impl Account {
    /// Settles what the message used, and says what its call comes to.
    ///
    /// A yes only means that the transactions wait for the engine. A batch has one answer for all of it: unless the no is
    /// about the batch as such, part of it may have been taken before.
    pub(super) fn settle(
        &mut self,
        answered: &Answered,
        said: Said,
        out: &mut Vec<Event>,
    ) -> Result<Next, CallError> {
        let Answered { now, call, n_txs, ids } = answered;
        match said {
            Said::Yes => {
                self.lanes.ended(*now, *call, Spent::Yes);
                out.extend(ids.iter().map(|client_id| Event::Queued { client_id: *client_id }));
                Ok(Next::Done)
            }
            Said::No { code, refusal } if refusal::is_out_of_turn(code) => {
                let again = self.lanes.ended(*now, *call, Spent::OutOfTurn);
                if again { Ok(Next::Resend) } else { Err(CallError::Refused(refusal)) }
            }
            Said::No { code, refusal } if *n_txs > 1 && !refusal::is_of_whole_batch(code) => {
                self.lanes.ended(*now, *call, Spent::Unknown);
                Err(CallError::OutcomeUnknown(format!("a batch was refused, perhaps in part: {refusal}")))
            }
            Said::No { refusal, .. } => {
                self.lanes.ended(*now, *call, Spent::No);
                Err(CallError::Refused(refusal))
            }
            Said::Nothing(why) => {
                self.lanes.ended(*now, *call, Spent::Unknown);
                Err(CallError::OutcomeUnknown(why))
            }
        }
    }
}
