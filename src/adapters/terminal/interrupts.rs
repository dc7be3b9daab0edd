//! Signals from outside.

use std::{
    io,
    sync::{Arc, atomic::AtomicBool},
};

/// From now on Ctrl-C sets a flag instead of ending the program: while the model is at work it stops the
/// model, and at the prompt the line editor reads the key itself.
///
/// A second Ctrl-C while the flag is still up ends the program: something is stuck.
///
/// # Errors
///
/// When the system refuses the handler.
pub fn catch_interrupt() -> io::Result<Arc<AtomicBool>> {
    use signal_hook::{consts::SIGINT, flag};
    let cancelled = Arc::new(AtomicBool::new(false));
    flag::register_conditional_shutdown(SIGINT, 130, cancelled.clone())?;
    flag::register(SIGINT, cancelled.clone())?;
    // A file that reaches its limit is an error of that write, told like a full disk, and not the program's end.
    #[cfg(unix)]
    flag::register(signal_hook::consts::SIGXFSZ, Arc::default())?;
    Ok(cancelled)
}

/// Does something before the program ends because it was asked to, or because its terminal was closed.
///
/// # Errors
///
/// When the system refuses the handler.
#[cfg(unix)]
pub fn before_end(last: impl FnOnce() + Send + 'static) -> io::Result<()> {
    use signal_hook::{
        consts::{SIGHUP, SIGQUIT, SIGTERM},
        iterator::Signals,
        low_level::emulate_default_handler,
    };
    let mut signals = Signals::new([SIGTERM, SIGHUP, SIGQUIT])?;
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            last();
            let _ = emulate_default_handler(signal);
        }
    });
    Ok(())
}

/// Gives the terminal back as it is now if the program is asked to end while a line is being edited.
///
/// # Errors
///
/// When the system refuses the handler.
#[cfg(unix)]
pub fn restore_terminal_on_end() -> io::Result<()> {
    use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
    let Ok(settings) = tcgetattr(rustix::stdio::stdin()) else { return Ok(()) };
    before_end(move || {
        // The draft's writer gets the moment that it needs.
        std::thread::sleep(std::time::Duration::from_millis(300));
        let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &settings);
    })
}
