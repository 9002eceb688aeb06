//! Calls that travel by socket, and what a codec does of its own accord.

use expect_test::expect;
use mm_model::{Ask, MarketId};

use super::{
    check,
    codec::Keys,
    venue,
    world::{Does, Door, Script, cancel, place, play},
};
use crate::LinkMessage;

fn by_socket(paths: &[(&'static str, &[Does])]) -> Script {
    Script { by_socket: true, ..venue(paths) }
}

#[test]
fn sixty_four_calls_in_flight_are_told_apart() {
    let in_turn = |first: u64| (0..32).map(|n| Does::Answers(first - 2 * n, 200, "")).collect::<Vec<_>>();
    let paths = [("/place/1", in_turn(200)), ("/cancel/1", in_turn(201))].into();
    let script = Script { capacity: 1_000, by_socket: true, venue: paths, ..Script::default() };
    let log = play(script, async |world| {
        world.begin().await;
        world.after(5).await;
        for _ in 0..32 {
            world.ask(place(1));
            world.ask(cancel(1));
        }
        world.after(300).await;
    });
    let at = |needle: &str| log.lines().position(|line| line.contains(needle)).expect("it happened");
    assert!(at("<- 66 /") < at("call 66: 1 events"), "all are sent before the first is answered: {log}");
    for call in 3..=66 {
        assert!(log.contains(&format!("call {call}: 1 events")), "{call}: {log}");
    }
    assert!(at("call 65:") < at("call 3:") && at("call 66:") < at("call 4:"), "the last first: {log}");
}

#[test]
fn a_lost_socket_leaves_open_what_became_of_its_calls_and_nothing_leaves_without_one() {
    let script = Script {
        doors: [("public", vec![Door::Opens, Door::Shut, Door::Opens])].into(),
        ..by_socket(&[("/place/1", &[Does::IsSilent]), ("/place/2", &[Does::Cuts])])
    };
    check(
        script,
        async |world| {
            world.begin().await;
            world.after(5).await;
            world.ask(place(1));
            world.ask(cancel(4));
            world.ask(Ask::Fees);
            world.ask(place(2));
            world.after(20).await;
            world.ask(place(3));
            world.after(400).await;
            world.ask(place(3));
            world.after(20).await;
        },
        &expect![[r#"
            25    -> /fees
            25    public <- 3 /place/1
            25    public <- 4 /cancel/4
            25    public <- 6 /place/2
            25    codec: /place/1 failed: outcome unknown: public: cut
            25    call 3: outcome unknown: public: cut
            25    codec: /cancel/4 failed: outcome unknown: public: cut
            25    call 4: outcome unknown: public: cut
            25    codec: /place/2 failed: outcome unknown: public: cut
            25    call 6: outcome unknown: public: cut
            25    codec: public is closed
            25    Down { reason: "public: cut" }
            25    public closed by us
            35    call 5: 1 events
            45    codec: /place/3 failed: not sent: the socket is not open
            45    call 7: not sent: the socket is not open
            82    public refused
            82    codec: public is closed
            82    Down { reason: "public: not sent: refused" }
            199   public opens
            199   public <- subscribe public
            200   Up
            445   public <- 8 /place/3
            455   call 8: 1 events
            465   session ended: Ok(())
            465   public closed by us
        "#]],
    );
}

#[test]
fn an_answer_that_comes_too_late_is_news_and_no_answer() {
    let script = by_socket(&[("/place/1", &[Does::Answers(12_000, 200, "")])]);
    check(
        script,
        async |world| {
            world.begin().await;
            world.after(5).await;
            world.ask(place(1));
            world.after(13_000).await;
        },
        &expect![[r#"
            25    public <- 3 /place/1
            10025 codec: /place/1 failed: outcome unknown: no reply within 10000 ms
            10025 call 3: outcome unknown: no reply within 10000 ms
            12025 event ServerTime(Timestamp(1700000012025000000))
            13025 session ended: Ok(())
            13025 public closed by us
        "#]],
    );
}

#[test]
fn what_came_to_nothing_is_sent_again_in_its_turn_after_the_codec_has_asked() {
    let script = Script {
        keys: Keys::InTurn,
        ..by_socket(&[
            ("/place/1", &[Does::Answers(10, 400, "again"), Does::Answers(10, 200, "")]),
            ("/place/2", &[Does::Answers(11, 400, "again"), Does::Answers(10, 200, "")]),
            ("/nonce", &[Does::Answers(10, 500, ""), Does::IsGone, Does::Answers(10, 200, "")]),
        ])
    };
    check(
        script,
        async |world| {
            world.begin().await;
            world.after(5).await;
            world.ask(place(1));
            world.ask(place(2));
            world.after(12).await;
            world.ask(place(3));
            world.ask(cancel(3));
            world.ask(Ask::Book(MarketId(3)));
            world.after(500).await;
        },
        &expect![[r#"
            25    public <- 3 /place/1
            25    public <- 4 /place/2
            36    -> /nonce
            37    -> /book/3
            47    call 7: 1 events
            246   -> /nonce
            446   -> /nonce
            456   event ServerTime(Timestamp(1700000000456000000))
            456   public <- 9 /cancel/3
            456   public <- 10 /place/1
            456   public <- 11 /place/2
            456   public <- 12 /place/3
            466   call 6: 1 events
            466   call 3: 1 events
            466   call 4: 1 events
            466   call 5: 1 events
            537   session ended: Ok(())
            537   public closed by us
        "#]],
    );
}

#[test]
fn a_call_is_sent_again_so_often_and_no_more_and_an_order_not_with_an_old_price() {
    let script = Script {
        keys: Keys::InTurn,
        ..by_socket(&[
            ("/cancel/1", &[Does::Answers(10, 400, "again")]),
            ("/place/1", &[Does::Answers(3_000, 400, "again")]),
        ])
    };
    let log = play(script, async |world| {
        world.begin().await;
        world.after(5).await;
        world.ask(cancel(1));
        world.after(1_000).await;
        world.ask(place(1));
        world.after(20_000).await;
    });
    assert_eq!(log.matches("/cancel/1").count(), 9, "{log}");
    assert!(log.contains("call 3: not sent: the venue would not have it after 8 more sendings"), "{log}");
    assert_eq!(log.matches("/place/1").count(), 4, "{log}");
    assert!(log.contains("call 4: not sent: waited 10000 ms to be sent, its price is old"), "{log}");
}

#[test]
fn a_lane_that_is_busy_lets_reads_pass_and_cancels_go_first() {
    let script = Script { keys: Keys::OneByOne, ..by_socket(&[]) };
    check(
        script,
        async |world| {
            world.begin().await;
            world.after(5).await;
            for ask in [place(1), place(2), Ask::Fees, cancel(1), Ask::Book(MarketId(1))] {
                world.ask(ask);
            }
            world.after(100).await;
        },
        &expect![[r#"
            25    -> /fees
            25    -> /book/1
            25    public <- 3 /place/1
            35    call 5: 1 events
            35    call 7: 1 events
            35    call 3: 1 events
            35    public <- 6 /cancel/1
            45    call 6: 1 events
            45    public <- 7 /place/2
            55    call 4: 1 events
            125   session ended: Ok(())
            125   public closed by us
        "#]],
    );
}

#[test]
fn what_may_not_be_encoded_for_too_long_is_not_sent() {
    let script = Script {
        keys: Keys::InTurn,
        ..by_socket(&[("/place/1", &[Does::Cuts]), ("/nonce", &[Does::Answers(10, 500, "")])])
    };
    let log = play(script, async |world| {
        world.begin().await;
        world.after(5).await;
        world.ask(place(1));
        world.after(50).await;
        world.ask(place(2));
        world.ask(cancel(2));
        world.after(11_000).await;
    });
    assert!(log.contains("call 4: not sent: waited 10000 ms to be sent, its price is old"), "{log}");
    assert!(log.contains("call 5: not sent: the connector stops"), "a cancel waits on: {log}");
    let n_asked = log.matches("-> /nonce").count();
    assert!((45..65).contains(&n_asked), "each 200 ms after an answer: {n_asked}");
}

#[test]
fn a_venue_that_greets_is_spoken_to_after_its_greeting() {
    let script =
        Script { greets: true, doors: [("public", vec![Door::Opens, Door::Opens])].into(), ..by_socket(&[]) };
    check(
        script,
        async |world| {
            world.begin().await;
            world.ask(place(1));
            world.after(5).await;
            world.hear("public", LinkMessage::Frame("hello".into()));
            world.after(5).await;
            world.ask(place(1));
            world.after(20).await;
            world.hear("public", LinkMessage::Frame("ping".into()));
            world.after(5).await;
            world.hear("public", LinkMessage::Frame("bye".into()));
            world.after(11_000).await;
        },
        &expect![[r#"
            20    codec: /place/1 failed: not sent: the socket is not open
            20    call 3: not sent: the socket is not open
            25    public <- subscribe public
            26    Up
            30    public <- 4 /place/1
            40    call 4: 1 events
            50    public <- pong
            55    codec: public is closed
            55    Down { reason: "public: it said bye" }
            55    public closed by us
            112   public opens
            10112 codec: public is closed
            10112 Down { reason: "public: no greeting within 10000 ms" }
            10112 public closed by us
            10229 public opens
            11055 session ended: Ok(())
            11055 public closed by us
        "#]],
    );
}

#[test]
fn the_codec_speaks_by_the_clock() {
    let script = Script { tick_ms: Some(4_000), ..by_socket(&[]) };
    check(
        script,
        async |world| {
            world.begin().await;
            world.after(5).await;
            world.ask(place(1));
            world.after(13_000).await;
        },
        &expect![[r#"
            25    public <- 3 /place/1
            35    call 3: 1 events
            4000  public <- tick
            8000  public <- tick
            12000 public <- tick
            13025 session ended: Ok(())
            13025 public closed by us
        "#]],
    );
}

#[test]
fn the_codec_prepares_after_all_that_is_to_be_done() {
    check(
        Script { n_to_prepare: 3, ..by_socket(&[]) },
        async |world| {
            for _ in 0..4 {
                world.ask(Ask::Time);
            }
            world.after(5).await;
        },
        &expect![[r#"
            0     -> /time
            0     -> /time
            0     -> /time
            0     -> /time
            0     codec: prepared
            0     codec: prepared
            0     codec: prepared
            10    call 1: 1 events
            10    call 2: 1 events
            10    call 3: 1 events
            10    call 4: 1 events
            10    session ended: Ok(())
        "#]],
    );
}

#[test]
fn a_socket_that_needs_a_login_waits_for_it_and_the_others_do_not() {
    check(
        Script {
            links: &["public", "private"],
            logs_in: true,
            ..venue(&[("/login", &[Does::Answers(30, 503, ""), Does::Answers(30, 200, "")])])
        },
        async |world| {
            world.ask(Ask::Time);
            world.ask(Ask::Markets);
            world.after(300).await;
        },
        &expect![[r#"
            0     -> /login
            0     -> /time
            0     -> /markets
            10    call 1: 1 events
            10    call 2: 1 events
            10    public opens
            10    public <- subscribe public
            230   -> /login
            260   event ServerTime(Timestamp(1700000000260000000))
            260   private opens with cookie
            260   private <- subscribe private
            261   Up
            300   session ended: Ok(())
            300   public closed by us
            300   private closed by us
        "#]],
    );
}
