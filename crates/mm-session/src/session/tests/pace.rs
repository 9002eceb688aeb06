//! When something is signed, and how fast a socket that is lost comes back.

use std::time::Duration;

use expect_test::expect;
use mm_model::Ask;

use super::{
    check,
    world::{Script, place, play},
};
use crate::LinkMessage;

/// The tiny venue writes down how far the time that was signed is from the time of sending, where it is not that time. Ours is
/// 1,270 ms ahead of the venue's here.
#[test]
fn fault_47_49_what_waits_for_the_allowance_is_signed_when_it_goes_by_the_venues_clock() {
    check(
        Script { capacity: 5, offset_ns: -1_270_000_000, ..Script::default() },
        async |world| {
            world.begin().await;
            world.ask(place(1));
            world.ask(place(2));
            world.after(54_000).await;
            world.ask(place(3));
            world.ask(Ask::Fees);
            world.after(10_000).await;
        },
        &expect![[r#"
            20    -> /place/1 (-1270 ms)
            20    -> /place/2 (-1270 ms)
            30    call 3: 1 events
            30    call 4: 1 events
            60020 -> /place/3 (-1270 ms)
            60020 -> /fees (-1270 ms)
            60030 call 5: 1 events
            60030 call 6: 1 events
            64020 session ended: Ok(())
            64020 public closed by us
        "#]],
    );
}

/// A front that lets us in and throws us out at once is no stable connection: the pauses go on growing.
#[test]
fn fault_42_a_socket_that_opens_and_closes_at_once_comes_back_ever_more_slowly() {
    let _log = play(Script::default(), async |world| {
        world.begin().await;
        world.after(1).await;
        for whole_ms in [100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000] {
            world.hear("public", LinkMessage::Closed("code 1013".to_owned()));
            let lost = world.clock.now();
            world.after(1).await;
            while world.with(|shared| shared.peers["public"].is_closed()) {
                world.after(1).await;
            }
            let (pause, whole) = (world.clock.now().since(lost), Duration::from_millis(whole_ms));
            assert!(
                whole / 2 <= pause && pause <= whole + Duration::from_millis(1),
                "{pause:?} of {whole:?}"
            );
        }
    });
}
