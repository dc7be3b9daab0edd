//! A practice round in one terminal while a live round is open in another: what would help with the live one stays shut,
//! and every try is recorded there.

use std::{collections::BTreeMap, io};

use super::{context::Context, live::guard};
use crate::{
    adapters::{store::open_rounds::OpenRound, terminal::output},
    core::{
        bank::rubric::Rubric,
        review::Review,
        session::{Session, Show, policy::Action},
        text::one_line,
    },
    ports::{Console, Heard, JournalError, Keeping, Overheard, Rested, Watch},
    render::style,
};

/// A practice round's console that looks for an open live round before it shows anything of the judge's.
pub struct BesideLive<'a> {
    context: &'a Context,
    console: &'a mut dyn Console,
}

impl<'a> BesideLive<'a> {
    /// The same console, watched.
    pub fn new(context: &'a Context, console: &'a mut dyn Console) -> Self {
        Self { context, console }
    }

    fn open(&self) -> Option<OpenRound> {
        // Where that can't be told, none is known to be open.
        self.context.open_rounds.current().ok().flatten()
    }

    fn refuse(&self, open: &OpenRound, what: &str) -> io::Result<()> {
        let recorded = guard::record_try(self.context, open, what);
        let text = format!(
            "A live round is open ({}): {recorded}`{what}` shows nothing until it is over.",
            one_line(&open.title)
        );
        Ok(output::print(&style::paint(style::WARN, style::wrap_hanging(&text, output::width(), 0, 0)))?)
    }
}

impl Console for BesideLive<'_> {
    fn show(&mut self, show: &Show, session: &Session) -> io::Result<()> {
        self.console.show(show, session)
    }

    fn own_view(&mut self, rubric: &Rubric) -> io::Result<BTreeMap<String, u8>> {
        self.console.own_view(rubric)
    }

    fn card(&mut self, review: &Review) -> io::Result<()> {
        match self.open() {
            Some(open) => self.refuse(&open, "practice"),
            None => self.console.card(review),
        }
    }

    fn kept(&mut self) {
        self.console.kept();
    }

    fn not_kept(&mut self, error: &JournalError) -> io::Result<Keeping> {
        self.console.not_kept(error)
    }

    fn listen(&mut self, overheard: Option<Overheard>) -> io::Result<Heard> {
        loop {
            let heard = self.console.listen(overheard.clone())?;
            let Some(open) = self.open() else { return Ok(heard) };
            match &heard {
                Heard::Action(Action::SeeHint) => self.refuse(&open, "/hint")?,
                Heard::Action(Action::SeeRubric) => self.refuse(&open, "/rubric")?,
                // What is said is kept, whatever else is open; that the round goes on is recorded.
                Heard::Message(_) => {
                    guard::record_try(self.context, &open, "practice");
                    return Ok(heard);
                }
                _ => return Ok(heard),
            }
        }
    }

    fn rest(&mut self) -> io::Result<Rested> {
        self.console.rest()
    }

    fn done(&mut self) {
        self.console.done();
    }

    fn busy(&self, what: &'static str) -> Box<dyn Watch> {
        self.console.busy(what)
    }
}
