//! The lanes against a model of the venue that loses, refuses, lags, and is used by somebody else, too.

use proptest::prelude::*;

use super::*;

const KEYS: [KeyIndex; 2] = [KeyIndex(4), KeyIndex(5)];

/// What becomes of a message, or of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// The venue reads it and its answer comes.
    Fine,
    /// It never arrives, and nobody knows.
    LostBefore,
    /// The venue acts, and its answer never comes.
    LostAfter,
    /// The venue says no for a reason of its own.
    Refused,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// One that waits is sent.
    Send,
    /// The venue reads the message that has waited longest, and answers it.
    Read(Fate),
    /// The venue answers the message after that first: requests overtake each other.
    ReadSecond,
    /// The socket breaks: nothing on it is answered any more.
    Break,
    /// Somebody else signs with a key.
    Stranger(usize),
    /// The lanes ask what they must; the venue's answer lags behind by so much, or does not come.
    Ask(Option<i64>),
    /// Time passes.
    Wait,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let fate = prop_oneof![
        4 => Just(Fate::Fine),
        1 => Just(Fate::LostBefore),
        1 => Just(Fate::LostAfter),
        1 => Just(Fate::Refused),
    ];
    let step = prop_oneof![
        6 => Just(Step::Send),
        6 => fate.prop_map(Step::Read),
        1 => Just(Step::ReadSecond),
        1 => Just(Step::Break),
        1 => (0..KEYS.len()).prop_map(Step::Stranger),
        4 => proptest::option::of(0..3_i64).prop_map(Step::Ask),
        2 => Just(Step::Wait),
    ];
    proptest::collection::vec(step, 1..200)
}

/// A message on the wire.
#[derive(Clone, Copy, Debug)]
struct Message {
    call: CallRef,
    order: u32,
    lane: LaneId,
    nonce: i64,
    via: Via,
}

/// Bot, wire and venue.
struct World {
    lanes: Lanes,
    now: Timestamp,
    n_calls: u64,
    waiting: VecDeque<u32>,
    wire: VecDeque<Message>,
    /// By key: what the venue expects next.
    expected: [i64; 2],
    accepted: Vec<u32>,
    unknown: Vec<u32>,
    refused: Vec<u32>,
}

impl World {
    fn new(n_orders: u32) -> Self {
        Self {
            lanes: Lanes::new(KEYS.into_iter()),
            now: Timestamp::from_ms(1_000_000),
            n_calls: 0,
            waiting: (0..n_orders).collect(),
            wire: VecDeque::new(),
            expected: [0, 7],
            accepted: Vec::new(),
            unknown: Vec::new(),
            refused: Vec::new(),
        }
    }

    fn send(&mut self, via: Via) {
        let Some(order) = self.waiting.front().copied() else { return };
        let Some((lane, nonce)) = self.lanes.free(via) else { return };
        self.waiting.pop_front();
        self.n_calls += 1;
        let message = Message { call: CallRef(self.n_calls), order, lane, nonce, via };
        // In order, each number once, as long as the lane does not lose it.
        let before = self.wire.iter().rev().find(|before| before.lane == lane);
        assert!(before.is_none_or(|before| before.nonce + 1 == nonce), "{before:?}, then {message:?}");
        assert!(before.is_none() || via == Via::Socket, "two requests of one key at a time");
        self.lanes.take(lane, Load { call: message.call, via, n_txs: 1 });
        self.wire.push_back(message);
    }

    /// The venue reads one, and its answer, if it comes, is heard at once.
    fn read(&mut self, at: usize, fate: Fate) {
        let Some(message) = self.wire.remove(at) else { return };
        let Message { call, order, lane: LaneId(key), nonce, .. } = message;
        if fate == Fate::LostBefore {
            return self.lost(message);
        }
        if nonce != self.expected[key] {
            if fate == Fate::LostAfter {
                return self.lost(message);
            }
            match self.lanes.ended(self.now, call, Spent::OutOfTurn) {
                true => self.waiting.push_front(order),
                false => self.refused.push(order),
            }
            return;
        }
        if fate == Fate::Refused {
            self.lanes.ended(self.now, call, Spent::No);
            self.refused.push(order);
            return;
        }
        self.expected[key] += 1;
        assert!(!self.accepted.contains(&order), "order {order} was taken twice");
        self.accepted.push(order);
        if fate == Fate::LostAfter {
            return self.lost(message);
        }
        self.lanes.ended(self.now, call, Spent::Yes);
    }

    fn lost(&mut self, Message { call, order, .. }: Message) {
        self.lanes.ended(self.now, call, Spent::Unknown);
        self.unknown.push(order);
    }

    fn ask(&mut self, lag: Option<i64>) {
        while let Some(ask) = self.lanes.own_ask(self.now) {
            let Ask::Nonce(key) = ask else { panic!("{ask:?} is no question about a nonce") };
            let at = KEYS.iter().position(|known| *known == key).expect("one of ours");
            assert!(
                self.wire.iter().all(|message| message.lane != LaneId(at)),
                "asked while it is on its way"
            );
            self.lanes.learn(self.now, key, lag.map(|lag| (self.expected[at] - lag).max(0)));
        }
    }

    fn step(&mut self, step: Step, via: Via) {
        match step {
            Step::Send => self.send(via),
            Step::Read(fate) => self.read(0, fate),
            Step::ReadSecond if via == Via::Socket => {}
            Step::ReadSecond => self.read(1, Fate::Fine),
            Step::Break => {
                let (on_socket, left): (Vec<_>, Vec<_>) =
                    self.wire.iter().copied().partition(|message| message.via == Via::Socket);
                self.wire = left.into();
                for message in on_socket {
                    self.lost(message);
                }
            }
            Step::Stranger(key) => self.expected[key] += 1,
            Step::Ask(lag) => self.ask(lag),
            Step::Wait => self.now = self.now + ASK_PAUSE,
        }
    }

    /// No more trouble: everything that waits goes, each once.
    fn settle(&mut self, via: Via) {
        for _ in 0..1_000 {
            self.ask(Some(0));
            self.send(via);
            self.read(0, Fate::Fine);
            self.now = self.now + ASK_PAUSE;
            if self.waiting.is_empty() && self.wire.is_empty() {
                return;
            }
        }
        panic!("the lanes do not recover: {:?}", self.lanes);
    }
}

proptest! {
    #[test]
    fn no_order_is_taken_twice_and_the_lanes_recover(steps in steps(), by_socket: bool) {
        let mut world = World::new(60);
        let via = if by_socket { Via::Socket } else { Via::Http };
        for step in steps {
            world.step(step, via);
        }
        world.settle(via);
        // Every order has one end, and what is not taken is either refused or lost before the venue read it.
        for order in 0..60 {
            let taken = world.accepted.contains(&order);
            prop_assert!(taken || world.unknown.contains(&order) || world.refused.contains(&order), "{}", order);
            prop_assert!(!(taken && world.refused.contains(&order)), "{} was refused and taken", order);
        }
    }

    #[test]
    fn without_trouble_every_number_goes_out_once_and_in_order(reads in proptest::collection::vec(any::<bool>(), 1..400)) {
        let mut world = World::new(300);
        world.ask(Some(0));
        for read in reads {
            world.step(if read { Step::Read(Fate::Fine) } else { Step::Send }, Via::Socket);
        }
        world.settle(Via::Socket);
        prop_assert_eq!(world.accepted.len(), 300);
        prop_assert!(world.refused.is_empty() && world.unknown.is_empty());
        prop_assert_eq!(world.expected.iter().sum::<i64>(), 7 + 300);
        prop_assert!(world.accepted.is_sorted(), "lanes that are read in order take orders in order");
    }
}

fn lanes() -> (Lanes, Timestamp) {
    let mut lanes = Lanes::new([KEYS[0]].into_iter());
    let now = Timestamp::from_ms(1_000_000);
    assert_eq!(lanes.own_ask(now), Some(Ask::Nonce(KEYS[0])));
    assert_eq!((lanes.own_ask(now), lanes.wake()), (None, None), "asked once");
    lanes.learn(now, KEYS[0], Some(5));
    (lanes, now)
}

fn load(call: u64, via: Via, n_txs: usize) -> Load {
    Load { call: CallRef(call), via, n_txs }
}

fn next(lanes: &Lanes) -> Option<i64> {
    lanes.free(Via::Socket).map(|(_, next)| next)
}

#[test]
fn a_refusal_gives_its_number_back() {
    let (mut lanes, now) = lanes();
    lanes.take(LaneId(0), load(1, Via::Socket, 3));
    assert_eq!(next(&lanes), Some(8));
    assert_eq!(lanes.free(Via::Http), None, "a request could overtake it");
    lanes.ended(now, CallRef(1), Spent::No);
    assert_eq!(next(&lanes), Some(5));
}

#[test]
fn a_refusal_with_others_behind_it_is_asked_about_when_they_are_back() {
    let (mut lanes, now) = lanes();
    for call in 1..=3 {
        lanes.take(LaneId(0), load(call, Via::Socket, 1));
    }
    lanes.ended(now, CallRef(1), Spent::No);
    assert_eq!((next(&lanes), lanes.wake()), (None, None), "two are on their way");
    assert!(lanes.ended(now, CallRef(2), Spent::OutOfTurn));
    assert!(lanes.ended(now, CallRef(3), Spent::OutOfTurn));
    assert_eq!(lanes.wake(), Some(now + ASK_PAUSE), "it has just asked");
    assert_eq!(lanes.own_ask(now), None);
    assert!(lanes.own_ask(now + ASK_PAUSE).is_some());
    lanes.learn(now, KEYS[0], Some(5));
    assert_eq!(next(&lanes), Some(5));
}

#[test]
fn a_number_below_what_is_spent_is_lag() {
    let (mut lanes, mut now) = lanes();
    lanes.take(LaneId(0), load(1, Via::Http, 1));
    lanes.ended(now, CallRef(1), Spent::Yes);
    lanes.take(LaneId(0), load(2, Via::Http, 1));
    lanes.ended(now, CallRef(2), Spent::Unknown);
    for _ in 0..STALE_MAX {
        now = now + ASK_PAUSE;
        assert!(lanes.own_ask(now).is_some());
        lanes.learn(now, KEYS[0], Some(5));
        assert_eq!(next(&lanes), None);
        assert_eq!(lanes.wake(), Some(now + ASK_PAUSE));
    }
    now = now + ASK_PAUSE;
    assert!(lanes.own_ask(now).is_some());
    lanes.learn(now, KEYS[0], Some(5));
    assert_eq!(next(&lanes), Some(5), "a network that was set up anew");
}

#[test]
fn a_question_that_fails_is_asked_again_later_each_time() {
    let mut lanes = Lanes::new([KEYS[0]].into_iter());
    let mut now = Timestamp::from_ms(1_000_000);
    for pause_ms in [350, 700, 1_400, 2_800, 5_600, 5_600] {
        assert!(lanes.own_ask(now).is_some());
        lanes.learn(now, KEYS[0], None);
        assert_eq!(lanes.wake(), Some(now + Duration::from_millis(pause_ms)));
        now = now + Duration::from_millis(pause_ms);
    }
}

#[test]
fn a_key_that_somebody_else_uses_all_the_time_is_given_up_in_the_end() {
    let (mut lanes, mut now) = lanes();
    for call in 0..20 {
        lanes.take(LaneId(0), load(call, Via::Http, 1));
        if !lanes.ended(now, CallRef(call), Spent::OutOfTurn) {
            assert_eq!(call, u64::from(LOSSES_MAX) - 1);
            return;
        }
        now = now + ASK_PAUSE;
        assert!(lanes.own_ask(now).is_some());
        lanes.learn(now, KEYS[0], Some(100 + i64::try_from(call).unwrap()));
    }
    panic!("it is tried for ever");
}
