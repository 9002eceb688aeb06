//! The loop under virtual time: what is sent when, what the driver is told, and that every call ends once (which
//! `play` asserts in each story).

mod codec;
mod pace;
mod property;
mod sockets;
mod venue;
mod world;

use expect_test::{Expect, expect};
use mm_model::{Ask, Leverage, MarketId};

use crate::LinkMessage;
use world::{Does, Door, Script, World, batch, cancel, place, play};

fn check<F: Future<Output = ()>>(script: Script, story: impl FnOnce(World) -> F, expected: &Expect) {
    expected.assert_eq(&play(script, story));
}

fn venue(paths: &[(&'static str, &[Does])]) -> Script {
    Script { venue: paths.iter().map(|(path, does)| (*path, does.to_vec())).collect(), ..Script::default() }
}

#[test]
fn sockets_open_once_markets_and_time_are_known() {
    let script = Script {
        links: &["public", "private"],
        offset_ns: -1_270_000_000,
        ..venue(&[("/markets", &[Does::Answers(30, 500, ""), Does::Answers(30, 200, "")])])
    };
    check(
        script,
        async |world| {
            world.ask(Ask::Time);
            world.ask(Ask::Markets);
            world.after(50).await;
            world.ask(Ask::Markets);
            world.after(100).await;
            world.hear("private", LinkMessage::Frame("news".into()));
            world.hear("private", LinkMessage::Frame("bad news".into()));
            world.after(1).await;
        },
        &expect![[r#"
            0     -> /time (-1270 ms)
            0     -> /markets (-1270 ms)
            10    call 1: 1 events
            30    call 2: outcome unknown: status 500
            50    -> /markets (-1270 ms)
            80    call 3: 1 events
            80    public opens
            80    private opens with cookie
            80    public <- subscribe public
            80    private <- subscribe private
            81    Up
            150   event ServerTime(Timestamp(1699999998880000000))
            150   cannot read frame: it is bad
            151   session ended: Ok(())
            151   public closed by us
            151   private closed by us
        "#]],
    );
}

#[test]
fn a_cancel_overtakes_orders_that_wait_and_never_finds_the_bucket_empty() {
    let script = Script { capacity: 10, ..Script::default() };
    check(
        script,
        async |world| {
            world.begin().await;
            for market in 1..=8 {
                world.ask(place(market));
            }
            world.after(1).await;
            world.ask(cancel(1));
            world.after(11_000).await;
        },
        &expect![[r#"
            20    -> /place/1
            20    -> /place/2
            20    -> /place/3
            20    -> /place/4
            20    -> /place/5
            20    -> /place/6
            20    -> /place/7
            21    -> /cancel/1
            30    call 3: 1 events
            30    call 4: 1 events
            30    call 5: 1 events
            30    call 6: 1 events
            30    call 7: 1 events
            30    call 8: 1 events
            30    call 9: 1 events
            31    call 11: 1 events
            10020 call 10: not sent: waited 10000 ms to be sent, its price is old
            11021 session ended: Ok(())
            11021 public closed by us
        "#]],
    );
}

#[test]
fn a_halt_reaches_orders_that_wait_for_the_allowance() {
    let script = Script { capacity: 10, ..Script::default() };
    check(
        script,
        async |world| {
            world.begin().await;
            for market in 1..=9 {
                world.ask(place(market));
            }
            world.after(1).await;
            world.halt();
            world.ask(cancel(1));
            world.after(11_000).await;
        },
        &expect![[r#"
            20    -> /place/1
            20    -> /place/2
            20    -> /place/3
            20    -> /place/4
            20    -> /place/5
            20    -> /place/6
            20    -> /place/7
            21    call 11: not sent: HALTED
            21    call 10: not sent: HALTED
            21    -> /cancel/1
            30    call 3: 1 events
            30    call 4: 1 events
            30    call 5: 1 events
            30    call 6: 1 events
            30    call 7: 1 events
            30    call 8: 1 events
            30    call 9: 1 events
            31    call 12: 1 events
            11021 session ended: Ok(())
            11021 public closed by us
        "#]],
    );
}

#[test]
fn fault_45_too_many_requests_stops_everything_for_as_long_as_the_venue_says() {
    let script = venue(&[(
        "/place/1",
        &[
            Does::Answers(10, 429, "2"),
            Does::Answers(10, 429, ""),
            Does::Answers(10, 429, ""),
            Does::Answers(10, 200, ""),
        ],
    )]);
    check(
        script,
        async |world| {
            world.begin().await;
            for _ in 0..4 {
                world.ask(place(1));
                world.after(20).await;
                world.ask(cancel(7));
                world.after(3_000).await;
            }
        },
        &expect![[r#"
            20    -> /place/1
            30    call 3: refused: 429: 2
            2069  -> /cancel/7
            2079  call 4: 1 events
            3040  -> /place/1
            3050  call 5: refused: 429: 
            4091  -> /cancel/7
            4101  call 6: 1 events
            6060  -> /place/1
            6070  call 7: refused: 429: 
            7246  -> /cancel/7
            7256  call 8: 1 events
            9080  -> /place/1
            9090  call 9: 1 events
            9100  -> /cancel/7
            9110  call 10: 1 events
            12100 session ended: Ok(())
            12100 public closed by us
        "#]],
    );
}

#[test]
fn fault_03_50_each_end_of_a_call_is_told_as_what_it_is() {
    let script = venue(&[
        ("/place/1", &[Does::IsSilent]),
        ("/place/2", &[Does::IsGone]),
        ("/place/3", &[Does::Cuts]),
        ("/place/4", &[Does::Answers(10, 400, "no")]),
        ("/place/5", &[Does::Answers(10, 502, "<html>")]),
        ("/book/1", &[Does::IsSilent]),
    ]);
    check(
        script,
        async |world| {
            world.begin().await;
            for market in 1..=5 {
                world.ask(place(market));
            }
            world.ask(Ask::Book(MarketId(1)));
            world.ask(Ask::Positions);
            world.after(10_001).await;
        },
        &expect![[r#"
            20    call 9: not sent: Positions is not spoken here
            20    -> /place/1
            20    -> /place/2
            20    codec: /place/2 failed: not sent: no route
            20    call 4: not sent: no route
            20    -> /place/3
            20    codec: /place/3 failed: outcome unknown: cut
            20    call 5: outcome unknown: cut
            20    -> /place/4
            20    -> /place/5
            20    -> /book/1
            30    call 6: refused: 400: no
            30    call 7: outcome unknown: status 502
            10020 codec: /place/1 failed: outcome unknown: no reply within 10000 ms
            10020 call 3: outcome unknown: no reply within 10000 ms
            10020 call 8: outcome unknown: no reply within 10000 ms
            10021 session ended: Ok(())
            10021 public closed by us
        "#]],
    );
}

#[test]
fn answers_that_lead_on_are_followed_but_not_for_ever() {
    let script = venue(&[
        ("/fees", &[Does::Answers(10, 200, "see book 1")]),
        ("/book/1", &[Does::Answers(10, 200, "see book 2")]),
        ("/book/3", &[Does::Answers(0, 200, "see book 3")]),
        ("/place/1", &[Does::Answers(10, 200, "see book 4")]),
        ("/book/4", &[Does::Answers(10, 500, "")]),
    ]);
    let log = play(script, async |world| {
        world.begin().await;
        world.ask(Ask::Fees);
        world.after(50).await;
        world.note("a confirmed change stays confirmed");
        world.ask(place(1));
        world.after(50).await;
        world.note("a circle");
        world.ask(Ask::Book(MarketId(3)));
        world.after(50).await;
    });
    assert_eq!(log.matches("/book/3").count(), 64);
    let log: String =
        log.lines().filter(|line| !line.contains("/book/3")).map(|line| format!("{line}\n")).collect();
    expect![[r#"
        20    -> /fees
        30    -> /book/1
        40    -> /book/2
        50    call 3: 3 events
        70    a confirmed change stays confirmed
        70    -> /place/1
        80    -> /book/4
        90    call 4: 1 events
        120   a circle
        120   call 5: outcome unknown: no end after 64 questions
        170   session ended: Ok(())
        170   public closed by us
    "#]]
    .assert_eq(&log);
}

#[test]
fn fault_42_a_lost_socket_comes_back_by_and_by_and_is_told_at_once() {
    let script = Script {
        links: &["public", "private"],
        doors: [("private", vec![Door::Opens, Door::Shut, Door::Shut, Door::Shut, Door::Shut, Door::Opens])]
            .into(),
        ..Script::default()
    };
    check(
        script,
        async |world| {
            world.begin().await;
            world.after(5).await;
            world.hear("private", LinkMessage::Closed("code 1001".to_owned()));
            world.after(4_000).await;
            world.note("after a minute of peace the first pause is short again");
            world.after(60_000).await;
            world.hear("private", LinkMessage::Closed("code 1001".to_owned()));
            world.after(200).await;
        },
        &expect![[r#"
            25    Down { reason: "private: code 1001" }
            25    private closed by us
            82    private refused
            82    Down { reason: "private: not sent: refused" }
            199   private refused
            199   Down { reason: "private: not sent: refused" }
            540   private refused
            540   Down { reason: "private: not sent: refused" }
            1231  private refused
            1231  Down { reason: "private: not sent: refused" }
            2512  private opens with cookie
            2512  private <- subscribe private
            2513  Up
            4025  after a minute of peace the first pause is short again
            64025 Down { reason: "private: code 1001" }
            64025 private closed by us
            64092 private opens with cookie
            64092 private <- subscribe private
            64093 Up
            64225 session ended: Ok(())
            64225 public closed by us
            64225 private closed by us
        "#]],
    );
}

#[test]
fn fault_40_a_silent_socket_is_pinged_and_then_dropped() {
    let script = Script {
        links: &["public"],
        doors: [("public", vec![Door::Hangs, Door::Dead, Door::Opens])].into(),
        ..Script::default()
    };
    check(
        script,
        async |world| {
            world.begin().await;
            world.after(60_000).await;
        },
        &expect![[r#"
             10010 Down { reason: "public: not sent: not open after 10000 ms" }
             10067 public opens
             10067 public <- subscribe public
             20067 Down { reason: "public: nothing heard for 10000 ms" }
             20067 public closed by us
             20184 public opens
             20184 public <- subscribe public
             20185 Up
             60020 session ended: Ok(())
             60020 public closed by us
        "#]],
    );
}

#[test]
fn a_refused_key_ends_the_start_and_only_the_start() {
    let refused = |script, first: &'static [Ask]| {
        play(script, async move |world: World| {
            world.begin().await;
            for ask in first {
                world.ask(ask.clone());
                world.after(50).await;
            }
            world.after(50).await;
        })
    };
    let never = venue(&[("/fees", &[Does::Answers(10, 401, "bad key")])]);
    expect![[r#"
        20    -> /fees
        30    call 3: refused: 401: bad key
        30    session ended: Err(SessionError("the venue refuses the key (401: bad key): check the key file and the key's rights"))
        30    public closed by us
    "#]].assert_eq(&refused(never, &[Ask::Fees]));
    let later = venue(&[("/fees", &[Does::Answers(10, 200, ""), Does::Answers(10, 401, "bad key")])]);
    expect![[r#"
        20    -> /fees
        30    call 3: 1 events
        70    -> /fees
        80    call 4: refused: 401: bad key
        170   session ended: Ok(())
        170   public closed by us
    "#]]
    .assert_eq(&refused(later, &[Ask::Fees, Ask::Fees]));
}

#[test]
fn what_no_waiting_will_mend_ends_the_start_and_only_the_start() {
    for ready_first in [false, true] {
        let log = play(Script::default(), async |world| {
            world.begin().await;
            if ready_first {
                world.set_readiness(Ok(true));
                world.hear("public", LinkMessage::Alive);
                world.after(1).await;
            }
            world.set_readiness(Err("the venue lists no market 'X'"));
            world.hear("public", LinkMessage::Alive);
            world.after(1).await;
        });
        assert_eq!(log.contains("SessionError(\"the venue lists no market 'X'\")"), !ready_first, "{log}");
    }
}

#[test]
fn fault_46_what_is_too_heavy_is_refused_at_once() {
    let story = async |world: World| {
        world.begin().await;
        world.ask(Ask::Leverage(Leverage { market: None, times: 91, mode: None }));
        world.ask(batch(&[1, 2, 3]));
        world.after(50).await;
    };
    check(
        Script::default(),
        story,
        &expect![[r#"
            20    call 3: not sent: a request of weight 91 can never be sent: 90 of 100 units are open to it
            20    -> /batch/3
            30    call 4: 1 events
            70    session ended: Ok(())
            70    public closed by us
        "#]],
    );
    // Fault 46: with an allowance that cannot work there is no session.
    check(
        Script { capacity: 1, ..Script::default() },
        async |_| {},
        &expect![[r#"
            0     session ended: Err(SessionError("an allowance of 1 units each 60000 ms cannot be kept: at least 2 units and 1 ms are needed"))
        "#]],
    );
}

#[test]
fn an_order_does_not_wait_for_an_old_price_and_cancel_all_withdraws_it() {
    let script = Script { capacity: 6, ..Script::default() };
    check(
        script,
        async |world| {
            world.begin().await;
            for market in [1, 1, 1, 1, 2] {
                world.ask(place(market));
            }
            world.ask(Ask::Fees);
            world.after(5_000).await;
            world.ask(Ask::CancelAll(MarketId(1)));
            world.after(6_000).await;
            world.note("questions may wait");
            world.after(60_000).await;
        },
        &expect![[r#"
            20    -> /place/1
            20    -> /place/1
            20    -> /place/1
            30    call 3: 1 events
            30    call 4: 1 events
            30    call 5: 1 events
            5020  call 6: not sent: cancelled before it was sent
            5020  -> /cancel-all/1
            5030  call 9: 1 events
            10020 call 7: not sent: waited 10000 ms to be sent, its price is old
            11020 questions may wait
            60020 -> /fees
            60030 call 8: 1 events
            71020 session ended: Ok(())
            71020 public closed by us
        "#]],
    );
}

#[test]
fn a_stop_lets_calls_land_and_cancels_go_but_not_for_ever() {
    let script = Script {
        capacity: 5,
        ..venue(&[("/place/1", &[Does::Answers(500, 200, "")]), ("/place/2", &[Does::IsSilent])])
    };
    check(
        script,
        async |world| {
            world.begin().await;
            for ask in [place(1), place(2), place(3), cancel(1), cancel(2)] {
                world.ask(ask);
            }
            world.after(1).await;
            world.note("stop");
        },
        &expect![[r#"
            20    -> /place/1
            20    -> /place/2
            20    -> /cancel/1
            21    stop
            21    call 5: not sent: the connector stops
            30    call 6: 1 events
            520   call 3: 1 events
            2021  call 7: not sent: the connector stops
            2021  codec: /place/2 failed: outcome unknown: the connector stopped before the reply came
            2021  call 4: outcome unknown: the connector stopped before the reply came
            2021  session ended: Ok(())
            2021  public closed by us
        "#]],
    );
}
