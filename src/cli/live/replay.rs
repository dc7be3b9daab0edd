//! `pushback replay`.

use std::{sync::atomic::Ordering, thread, time::Duration};

use super::verify;
use crate::{
    adapters::terminal::{
        output,
        painter::{Painter, Prompt},
        presence,
    },
    cli::{
        context::Context,
        error::{BAD_INPUT, Failure, of_terminal},
        journals,
    },
    core::{
        editing::buffer::Buffer,
        record,
        review::timeline::{Happening, timeline},
        text::visible,
    },
    render::{live as screen, style, term, typing_area},
};

/// Longest step of a wait: the clock is painted anew after it.
const STEP: u64 = 250;

/// Plays back how a live session was typed; without waiting where nobody watches.
pub fn replay(context: &Context, given: Option<&str>, speed: f64) -> Result<(), Failure> {
    if !(speed.is_finite() && speed > 0.0) {
        return Err(Failure::new(BAD_INPUT, "`--speed` is how many times as fast: a number above 0"));
    }
    let id = verify::session(context, given)?;
    let lines = journals::read(context, &id)?.lines;
    let Some(rules) = record::rules(&lines) else {
        return Err(Failure::new(BAD_INPUT, format!("{id} was no live session: its keys were not recorded")));
    };
    let limit = u64::from(rules.minutes) * 60_000;
    let is_watched = presence::is_shown();
    let mut painter = Painter::new();
    let mut buffer: Option<Buffer> = None;
    let mut now = 0;
    context.cancelled.store(false, Ordering::SeqCst);
    for moment in timeline(&lines) {
        while is_watched && now < moment.ms {
            if context.cancelled.load(Ordering::SeqCst) {
                painter.clear().map_err(of_terminal)?;
                return Ok(output::print("(stopped)")?);
            }
            let step = (moment.ms - now).min((STEP as f64 * speed.max(1.0)) as u64).max(1);
            thread::sleep(Duration::from_secs_f64(step as f64 / 1000.0 / speed));
            now += step;
            if let Some(buffer) = &buffer {
                painter.paint(buffer, &Prompt::Clock(limit.saturating_sub(now))).map_err(of_terminal)?;
            }
        }
        now = moment.ms;
        match moment.what {
            Happening::Asked(asked) => {
                painter.clear().map_err(of_terminal)?;
                output::print(&format!("\n{}", term::line_by(rules.voice.who(), &asked, output::width())))?;
            }
            Happening::Waits(text) => buffer = Some(Buffer::new(text)),
            Happening::Key(edit) => {
                if let Some(buffer) = &mut buffer {
                    buffer.apply(edit);
                    if is_watched {
                        painter
                            .paint(buffer, &Prompt::Clock(limit.saturating_sub(now)))
                            .map_err(of_terminal)?;
                    }
                }
            }
            Happening::Sent => {
                let text = buffer.take().map(|mut buffer| buffer.take()).unwrap_or_default();
                if is_watched {
                    painter.leave(&text, &Prompt::Clock(0)).map_err(of_terminal)?;
                } else {
                    let clock = typing_area::clock(limit.saturating_sub(now));
                    output::print(&format!(
                        "[{clock}]\n{}\n",
                        style::wrap_hanging(&visible(&text), output::width(), 2, 2)
                    ))?;
                }
            }
            Happening::Saw(sight) => {
                if let Some(words) = screen::sight(&sight) {
                    painter.clear().map_err(of_terminal)?;
                    output::print(&style::paint(
                        style::WARN,
                        style::wrap_hanging(&format!("({words})"), output::width(), 0, 0),
                    ))?;
                }
            }
        }
    }
    Ok(())
}
