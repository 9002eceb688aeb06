//! What the fake does instead of behaving: one line each, taken in turn; with none left it behaves.

use mm_model::RefusalKind;

/// What happens to a placement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnPlace {
    Accept,
    /// Accepted, and the answer is lost; the stream stays silent too.
    LoseAck,
    /// Lost on its way there.
    LoseRequest,
    NotSent,
    Refuse(RefusalKind),
    /// The venue says no, and puts the order on its book all the same.
    RefuseButKeep,
    /// Taken in, then ended unfilled by the engine.
    ThrowOut,
    /// Filled by so much; the stream tells it long before the answer comes.
    FillBeforeAck(u64),
    /// Answered with nothing that tells of the order; it is live.
    EmptyAnswer,
    /// The venue takes note, and does it; the stream tells after so many milliseconds.
    Queue(u64),
    /// The venue takes note, and does it; nobody tells.
    QueueInSilence,
    /// The venue takes note, and forgets it.
    QueueAndForget,
    /// The venue takes note; the stream tells of its no later.
    QueueAndRefuse(RefusalKind),
    /// The venue takes note; the stream tells later that the engine threw it out.
    QueueAndThrowOut,
}

/// What happens to a modification. The answer never tells more than that the venue took note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnModify {
    /// Done; the stream tells.
    Accept,
    /// Done; nobody tells.
    DoneInSilence,
    /// Forgotten.
    Forget,
    /// The stream tells of the venue's no later.
    RefuseLater(RefusalKind),
    Refuse(RefusalKind),
    NotSent,
}

/// What happens to a cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnCancel {
    Accept,
    /// The venue takes note and does nothing.
    TakeNote,
    /// Lost on its way there.
    Lose,
    /// Done; neither the answer nor the stream tells.
    DoneInSilence,
    /// A fill of so much comes first; then it is done.
    FillFirst(u64),
    /// The order is filled in full just before: refused as not found, and the stream is late.
    FilledMeanwhile,
    Refuse(RefusalKind),
}
