//! The terminal as the round sees it: shows with [`crate::render`], reads from an editor or a script.

use std::{
    collections::BTreeMap,
    io::{self},
    sync::{Arc, atomic::AtomicBool},
};

use super::{
    input::{Again, Input, Typed},
    output::{self, Busy, width},
};
use crate::{
    core::{
        bank::rubric::Rubric,
        command::{self, Command, Place},
        judging::Unscored,
        level::Level,
        review::Review,
        session::{Session, Show},
        text::one_line,
        turn::Asked,
    },
    ports::{Console, Heard, Overheard, Rested, Watch},
    render::{
        card, style,
        term::{self, worded},
    },
};

/// The terminal, or what stands for it.
pub struct Terminal<I> {
    input: I,
    cancelled: Arc<AtomicBool>,
    explained: bool,
    /// The last reason that was told for going on without the model.
    told: Option<Unscored>,
}

impl<I: Input> Terminal<I> {
    /// `cancelled` is set by whoever catches Ctrl-C while the model is at work.
    pub fn new(input: I, cancelled: Arc<AtomicBool>) -> Self {
        Self { input, cancelled, explained: false, told: None }
    }

    /// Where the text comes from.
    pub fn input(&mut self) -> &mut I {
        &mut self.input
    }
}

/// Prints what came of a round.
///
/// # Errors
///
/// When standard output is closed.
pub fn print_card(review: &Review) -> io::Result<()> {
    output::print(&format!("\n{}", card::result(review, width())))?;
    let again = format!("Read it again: pushback review {}", review.session);
    Ok(output::print(&style::paint(style::FAINT, again))?)
}

impl<I: Input> Console for Terminal<I> {
    fn show(&mut self, show: &Show, session: &Session) -> io::Result<()> {
        if let Show::GoesOn(why) = show {
            // Once is enough, until there is another reason.
            if self.told.replace(why.clone()).as_ref() == Some(why) {
                return Ok(());
            }
        }
        if let Some(again) = again(show, session) {
            self.input.asked(again);
        }
        worded(show, session, width()).map_or(Ok(()), |text| Ok(output::print(&text)?))
    }

    fn own_view(&mut self, rubric: &Rubric) -> io::Result<BTreeMap<String, u8>> {
        let mut levels = BTreeMap::new();
        output::print(&format!("\n{}", term::own_view(width())))?;
        for criterion in &rubric.criteria {
            let prompt = format!("{} › ", one_line(&criterion.name));
            loop {
                let Typed::Text(text) = self.input.read_line(&prompt)? else { return Ok(levels) };
                match place(&text) {
                    Ok(place) => {
                        levels.extend(place.map(|place| (criterion.id.clone(), place)));
                        break;
                    }
                    Err(why) => output::print(why)?,
                }
            }
        }
        Ok(levels)
    }

    fn card(&mut self, review: &Review) -> io::Result<()> {
        print_card(review)
    }

    fn kept(&mut self) {
        self.input.kept();
    }

    fn listen(&mut self, overheard: Option<Overheard>) -> io::Result<Heard> {
        if !self.explained {
            self.explained = true;
            output::print(&style::paint(style::FAINT, self.input.how_to_send()))?;
        }
        loop {
            let Typed::Text(text) = self.input.read(overheard.clone())? else { return Ok(Heard::Leave) };
            match command::parse(&text, Place::Round) {
                None => return Ok(Heard::Message(text)),
                Some(Ok(Command::Act(action))) => return Ok(Heard::Action(action)),
                Some(Ok(Command::Quit)) => return Ok(Heard::Leave),
                Some(Ok(Command::Edit)) => {
                    if !self.input.edit()? {
                        output::print("/edit needs a terminal that can be painted on.")?;
                    }
                }
                Some(Ok(Command::Help)) => output::print(&format!(
                    "{}\n{}",
                    term::help(Place::Round, width()),
                    style::paint(style::FAINT, self.input.how_to_send())
                ))?,
                Some(Err(error)) => output::print(&format!("{error}. /help lists what there is."))?,
            }
        }
    }

    fn rest(&mut self) -> io::Result<Rested> {
        match self.input.read_line("paused · Enter goes on ")? {
            Typed::Text(text) if text.trim() == "/quit" => Ok(Rested::Leave),
            Typed::Text(_) => Ok(Rested::Back),
            Typed::End => Ok(Rested::Leave),
        }
    }

    fn busy(&self, what: &'static str) -> Box<dyn Watch> {
        Box::new(Busy::new(what, self.cancelled.clone()))
    }
}

/// Shows the question again that is open after `show`, if that opens one.
fn again(show: &Show, session: &Session) -> Option<Again> {
    let asked = match show {
        Show::Line(asked) => asked.clone(),
        Show::Recap => {
            let turn = session.turns().last()?;
            Asked { kind: turn.kind.clone(), text: turn.question.clone() }
        }
        _ => return None,
    };
    let interviewer = session.interviewer().to_owned();
    Some(Box::new(move |width| term::line_by(&interviewer, &asked, width)))
}

/// A place on the scale, as a number or the level's name; nothing where it is passed over.
fn place(text: &str) -> Result<Option<u8>, &'static str> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return Ok(None);
    }
    let named = (1..).zip(Level::ALL).find(|(_, level)| level.name() == text).map(|(place, _)| place);
    let place = named.or_else(|| text.parse().ok().filter(|place| *place <= 5));
    place.map(Some).ok_or("0 to 5, or the name of a level; Enter passes it over, Ctrl-D all that are left")
}
