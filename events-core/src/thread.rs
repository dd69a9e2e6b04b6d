//! Threads of ours. They call code of others (a journal, a clock, whoever takes log lines), which may panic: they go on.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::Duration,
};

/// How long a thread leaves alone what made it panic.
const PAUSE: Duration = Duration::from_millis(100);

/// Starts a thread that runs `body` until it returns: again, after a pause, where it panicked.
pub(crate) fn start(name: &str, mut body: impl FnMut() + Send + 'static) -> io::Result<()> {
    let run = move || {
        while catch_unwind(AssertUnwindSafe(&mut body)).is_err() {
            thread::sleep(PAUSE);
        }
    };
    thread::Builder::new().name(name.to_owned()).spawn(run)?;
    Ok(())
}

/// Calls code of others that owes us nothing, such as a line for the log; false where it panicked.
pub(crate) fn unharmed(call: impl FnOnce()) -> bool {
    catch_unwind(AssertUnwindSafe(call)).is_ok()
}
