//! Where typed text comes from: an editor, a terminal that knows only lines, or a script.

use std::io;

use crate::ports::Overheard;

/// Shows something again, for a width.
pub type Again = Box<dyn Fn(usize) -> String>;

/// Where typed text comes from.
pub trait Input {
    /// Waits for a text: a message of any number of lines, or one line that begins with a slash. `overheard` is
    /// told the text after every key, where there are keys.
    ///
    /// # Errors
    ///
    /// When the terminal can't be read.
    fn read(&mut self, overheard: Option<Overheard>) -> io::Result<Typed>;

    /// Waits for one line, whatever it is.
    ///
    /// # Errors
    ///
    /// When the terminal can't be read.
    fn read_line(&mut self, prompt: &str) -> io::Result<Typed>;

    /// Has the person write the next text in an editor of their own. `false` where that can't be.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    fn edit(&mut self) -> io::Result<bool> {
        Ok(false)
    }

    /// The question that is open now, to be shown again where the screen has to be painted anew.
    fn asked(&mut self, _again: Again) {}

    /// The last text is kept elsewhere: forget its draft.
    fn kept(&mut self);

    /// How a message is sent, in one line.
    fn how_to_send(&self) -> &'static str;
}

/// What an input gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// A text was sent.
    Text(String),
    /// There will be no more.
    End,
}

impl<I: Input + ?Sized> Input for Box<I> {
    fn read(&mut self, overheard: Option<Overheard>) -> io::Result<Typed> {
        (**self).read(overheard)
    }

    fn read_line(&mut self, prompt: &str) -> io::Result<Typed> {
        (**self).read_line(prompt)
    }

    fn edit(&mut self) -> io::Result<bool> {
        (**self).edit()
    }

    fn asked(&mut self, again: Again) {
        (**self).asked(again);
    }

    fn kept(&mut self) {
        (**self).kept();
    }

    fn how_to_send(&self) -> &'static str {
        (**self).how_to_send()
    }
}
