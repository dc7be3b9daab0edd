//! `pushback dispute`.

use crate::{
    adapters::{store::seal::SealingKey, terminal::output},
    app::drive::DriveError,
    cli::{args::DisputeArgs, context::Context, error::Failure, journals},
    core::{
        live::Closes,
        record::{Mode, Record},
        review::{self, dispute},
        session,
    },
    ports::Journal,
    render::style,
};

/// Keeps what the person says against the judge, beside what the judge saw.
pub fn run(context: &Context, args: &DisputeArgs) -> Result<(), Failure> {
    let id = context.sessions.find(args.session.as_deref())?;
    let (mut journal, loaded) = journals::reopen(context, &id)?;
    let is_live = session::replay(&loaded.lines).is_some_and(|session| session.mode() == Mode::Live);
    if is_live {
        journal = journal.sealed_with(SealingKey::of(&context.home.keys())?);
    }
    let review = review::fold(&loaded.lines)?;
    let disputed = if args.withdraw {
        dispute::withdraw(&review, &args.signal)
    } else {
        dispute::dispute(&review, &args.signal, &args.reason.join(" "))
    };
    let disputed = disputed.map_err(|error| about(&id, error))?;
    journal.append(&Record::Disputed(disputed.clone())).map_err(DriveError::from)?;
    if is_live {
        journal.seal(Closes::Everything).map_err(DriveError::from)?;
    }
    let text = match (disputed.withdrawn, disputed.present) {
        (true, _) => format!(
            "Taken back: in {id} the judge's observation of `{}` stands alone again.",
            disputed.signal
        ),
        (false, present) => format!(
            "Kept beside the judge's observation in {id}: you {} `{}`. `pushback export --disputes` makes labels of disputes.",
            if present { "showed" } else { "did not show" },
            disputed.signal
        ),
    };
    Ok(output::print(&style::wrap_hanging(&text, output::width(), 0, 0))?)
}

/// Which session a dispute that can't be kept was about: nobody has to name the latest one.
fn about(id: &str, error: dispute::DisputeError) -> Failure {
    let failure = Failure::from(error);
    let here = format!("this was about {id}; `--session ID` names another one");
    let hint = failure.hint.clone().map_or(here.clone(), |hint| format!("{hint}; {here}"));
    failure.hint(hint)
}
