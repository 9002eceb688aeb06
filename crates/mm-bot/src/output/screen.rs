//! A thread of its own that prints: whoever has something to say hands over a line and goes on. A terminal that
//! does not take lines must not hold up a strategy; when the queue is full lines are left out and counted.

use std::{
    io::Write,
    sync::{
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
};

/// Lines that may wait.
const QUEUE: usize = 4096;

/// Where lines go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Standard output.
    Out,
    /// Standard error, where standard output carries the result as JSON.
    Err,
}

/// The printing thread. Dropping it prints what waits.
#[derive(Debug)]
pub(crate) struct Screen {
    lines: Option<SyncSender<String>>,
    thread: Option<JoinHandle<()>>,
    left_out: AtomicU64,
}

impl Screen {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(stream: Stream) -> std::io::Result<Self> {
        let (lines, queue) = sync_channel(QUEUE);
        let thread =
            std::thread::Builder::new().name("mm-screen".into()).spawn(move || print(&queue, stream))?;
        Ok(Self { lines: Some(lines), thread: Some(thread), left_out: AtomicU64::new(0) })
    }

    /// Hands over a line, or a block of lines. Never blocks.
    pub(crate) fn line(&self, line: impl Into<String>) {
        let sent = self.lines.as_ref().is_some_and(|lines| lines.try_send(line.into()).is_ok());
        if !sent {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.lines = None;
        if let Some(thread) = self.thread.take() {
            // It has nothing to tell: a terminal that went away is nobody's error.
            let _ = thread.join();
        }
        let left_out = self.left_out.load(Ordering::Relaxed);
        if left_out > 0 {
            tracing::warn!(left_out, "lines of output were left out: the terminal was too slow");
        }
    }
}

fn print(queue: &Receiver<String>, stream: Stream) {
    while let Ok(line) = queue.recv() {
        // A closed pipe is no reason to stop trading.
        let _ = match stream {
            Stream::Out => writeln!(anstream::stdout(), "{line}"),
            Stream::Err => writeln!(anstream::stderr(), "{line}"),
        };
    }
}

/// Prints a result at once, on the calling thread.
pub(crate) fn say(text: &str) {
    let _ = writeln!(anstream::stdout(), "{text}");
}

/// Prints to standard error at once.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(anstream::stderr(), "{text}");
}
