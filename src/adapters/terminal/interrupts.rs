//! Signals from outside.

use std::{
    io,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// Set by Ctrl-C; one for the whole program.
static INTERRUPTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();
/// What has the terminal, if anything has.
static HOLDER: Mutex<Option<Arc<dyn Holder>>> = Mutex::new(None);
static FLAGS: OnceLock<Flags> = OnceLock::new();

/// Something that has the terminal and must give it back before the program ends or stands still.
pub trait Holder: Send + Sync {
    /// The program ends now.
    fn give_back(&self);

    /// The program was asked to stand still. Returns when it goes on, or at once where whoever reads the keys does it.
    fn stand_still(&self);
}

/// What a reader of keys looks at between two of them. Each is set by a signal and taken back by whoever saw it.
#[derive(Clone)]
pub struct Flags {
    /// The window changed its size.
    pub resized: Arc<AtomicBool>,
    /// The program goes on after it stood still: the terminal may be set otherwise.
    pub continued: Arc<AtomicBool>,
}

/// From now on Ctrl-C sets a flag instead of ending the program: while the model is at work it stops the
/// model, and at the prompt the editor reads the key itself.
///
/// A second Ctrl-C while the flag is still up ends the program: something is stuck.
///
/// # Errors
///
/// When the system refuses the handler.
pub fn catch_interrupt() -> io::Result<Arc<AtomicBool>> {
    use signal_hook::{consts::SIGINT, flag};
    if let Some(flag) = INTERRUPTED.get() {
        return Ok(flag.clone());
    }
    let interrupted = Arc::new(AtomicBool::new(false));
    flag::register_conditional_shutdown(SIGINT, 130, interrupted.clone())?;
    flag::register(SIGINT, interrupted.clone())?;
    // A file that reaches its limit is an error of that write, told like a full disk, and not the program's end.
    #[cfg(unix)]
    flag::register(signal_hook::consts::SIGXFSZ, Arc::default())?;
    Ok(INTERRUPTED.get_or_init(|| interrupted).clone())
}

/// Whether Ctrl-C came since this was asked last.
pub fn take_interrupt() -> bool {
    INTERRUPTED.get().is_some_and(|flag| flag.swap(false, Ordering::SeqCst))
}

/// Catches what concerns a terminal that is read key by key: changes of its size, and the end and the rest of the program,
/// before which `holder` gives it back. There is one holder at a time; the last one counts.
///
/// # Errors
///
/// When the system refuses the handlers.
pub fn hold(holder: Arc<dyn Holder>) -> io::Result<Flags> {
    let flags = match FLAGS.get() {
        Some(flags) => flags.clone(),
        None => {
            let flags = catch()?;
            FLAGS.get_or_init(|| flags).clone()
        }
    };
    *holder_slot() = Some(holder);
    Ok(flags)
}

/// Nothing has the terminal any more.
pub fn release() {
    *holder_slot() = None;
}

fn holder_slot() -> std::sync::MutexGuard<'static, Option<Arc<dyn Holder>>> {
    HOLDER.lock().unwrap_or_else(PoisonError::into_inner)
}

fn catch() -> io::Result<Flags> {
    use signal_hook::{
        consts::{SIGCONT, SIGHUP, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH},
        flag,
        iterator::Signals,
        low_level::emulate_default_handler,
    };
    let flags = Flags { resized: Arc::default(), continued: Arc::default() };
    flag::register(SIGWINCH, flags.resized.clone())?;
    flag::register(SIGCONT, flags.continued.clone())?;
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGQUIT, SIGTSTP])?;
    std::thread::spawn(move || {
        for signal in signals.forever() {
            let holder = holder_slot().clone();
            match (signal, holder) {
                (SIGTSTP, Some(holder)) => holder.stand_still(),
                (SIGTSTP, None) => stop_if_job(),
                (_, holder) => {
                    if let Some(holder) = holder {
                        holder.give_back();
                    }
                    let _ = emulate_default_handler(signal);
                }
            }
        }
    });
    Ok(flags)
}

/// Stands still until somebody has this process go on.
pub fn stop() {
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP);
}

/// The same where a shell waits to take over. Where none does, that would be for ever: then it does nothing, as the system
/// would.
pub fn stop_if_job() {
    if is_job() {
        stop();
    }
}

/// Stands still with everything that was started together with this process, as Ctrl-Z has it. Where no shell waits to
/// take over, it does nothing and says so.
pub fn stop_job() -> bool {
    use rustix::process::{Signal, kill_current_process_group};
    is_job() && kill_current_process_group(Signal::STOP).is_ok()
}

/// Whether a shell that knows jobs started this process: it puts each into a group of its own.
fn is_job() -> bool {
    use rustix::process::{getpgrp, getsid};
    getsid(None).is_ok_and(|session| session != getpgrp())
}
