//! Whoever panics in a run is heard, also when somebody catches it: nothing in the bot and nothing in the simulator may.

use std::{cell::RefCell, panic, sync::Once};

thread_local! {
    /// What panicked in this thread's run; `None` outside a run.
    static HEARD: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Panics of this thread are heard, and not printed, from now on until [`heard`].
pub(crate) fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let is_ours = HEARD.with_borrow_mut(|heard| {
                heard.as_mut().map(|heard| heard.push(one_line(&info.to_string()))).is_some()
            });
            if !is_ours {
                others(info);
            }
        }));
    });
    HEARD.set(Some(Vec::new()));
}

/// What was heard since.
pub(crate) fn heard() -> Vec<String> {
    HEARD.take().unwrap_or_default()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
