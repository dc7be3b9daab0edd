//! The level that the person interviews for: said with a command, kept in the settings, or asked once.

use super::{context::Context, dialogue::Dialogue, error::Failure};
use crate::{
    adapters::{config, paths, terminal::output},
    core::{
        level::{TargetLevel, UnknownTarget},
        text::one_line,
    },
    render::style,
};

/// The level for a round that is about to begin. Somebody who has never said is asked, and the answer is kept; a script
/// isn't asked. `None` if they would rather leave.
pub fn settle(context: &Context, said: Option<TargetLevel>) -> Result<Option<TargetLevel>, Failure> {
    let known = said.or_else(|| context.target());
    if known.is_some() || context.model.yes || !Dialogue::is_possible() {
        return Ok(Some(known.unwrap_or_default()));
    }
    let Some(target) = ask()? else { return Ok(None) };
    context.remember_target(target);
    tell(&kept(context, target))?;
    Ok(Some(target))
}

/// Says for which level a round is, where that isn't said by the round itself.
pub fn show(target: TargetLevel) -> Result<(), Failure> {
    tell(&style::paint(style::FAINT, format!("Target level: {target}.")))
}

fn tell(text: &str) -> Result<(), Failure> {
    Ok(output::print(&(style::wrap_hanging(text, output::width(), 0, 0) + "\n"))?)
}

fn ask() -> Result<Option<TargetLevel>, Failure> {
    const QUESTION: &str = "Which level do you interview for? It decides which follow-ups you get and what your answers \
        are measured against.";
    output::print(&style::wrap_hanging(QUESTION, output::width(), 0, 0))?;
    for (number, target) in (1..).zip(TargetLevel::ALL) {
        output::print(&format!("  {number}  {target:<14}{}", target.reach()))?;
    }
    let dialogue = Dialogue::new()?;
    loop {
        let Some(answer) = dialogue.ask("Level", &TargetLevel::default().to_string())? else {
            return Ok(None);
        };
        match read(&answer) {
            Ok(target) => return Ok(Some(target)),
            Err(why) => output::print(&one_line(&why))?,
        }
    }
}

/// A level by its name, however it is written, or by its place in the list.
fn read(answer: &str) -> Result<TargetLevel, String> {
    if let Some(target) =
        answer.parse::<usize>().ok().and_then(|number| TargetLevel::ALL.get(number.checked_sub(1)?))
    {
        return Ok(*target);
    }
    let lower = answer.to_lowercase();
    let parts: Vec<&str> = lower.split([' ', '-', '_']).filter(|part| !part.is_empty()).collect();
    parts.join("-").parse().map_err(|error: UnknownTarget| error.to_string())
}

/// Keeps the level in the settings, and says where.
fn kept(context: &Context, target: TargetLevel) -> String {
    let path = context.home.config();
    let shown = paths::display(&path);
    match config::keep_target(&path, target) {
        Ok(()) => format!("Kept in {shown} as `target`: change it there, or for one round with `--target`."),
        Err(why) => {
            format!("This counts until you leave, and isn't kept: {why}. `--target` says it next time.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_understood_however_it_is_written() {
        for answer in ["senior-staff", "Senior Staff", "senior_staff", "2", " SENIOR  STAFF "] {
            assert_eq!(read(answer.trim()), Ok(TargetLevel::SeniorStaff), "{answer}");
        }
        assert_eq!(
            read("senior").unwrap_err(),
            "`senior` is not a target level: did you mean `senior-staff`?"
        );
        assert_eq!(
            read("4").unwrap_err(),
            "`4` is not a target level: use staff, senior-staff, or principal"
        );
    }
}
