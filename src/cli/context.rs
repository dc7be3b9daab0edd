//! What every command needs.

use std::sync::{Arc, OnceLock, atomic::AtomicBool};

use super::{
    args::ModelArgs,
    error::{FAILED, Failure},
};
use crate::{
    adapters::{
        bank::library::Library,
        config::{self, Config},
        paths::Home,
        store::{open_rounds::OpenRounds, sessions::Sessions},
        terminal::interrupts,
    },
    core::level::TargetLevel,
    ports::Watch,
};

/// What every command needs.
#[derive(Clone)]
pub struct Context {
    /// Where things are kept.
    pub home: Home,
    /// The settings file.
    pub config: Config,
    /// The level that the person has named since the program began.
    named_target: Arc<OnceLock<TargetLevel>>,
    /// What the command line says about the model.
    pub model: ModelArgs,
    /// Scenarios and rubrics.
    pub library: Arc<Library>,
    /// The journals.
    pub sessions: Sessions,
    /// The live round that is open, if one is.
    pub open_rounds: OpenRounds,
    /// Set by Ctrl-C while no line is being edited.
    pub cancelled: Arc<AtomicBool>,
}

impl Context {
    /// Finds the folders and reads the settings.
    pub fn new(model: ModelArgs) -> Result<Self, Failure> {
        let model = model.or(&ModelArgs::of_environment());
        let home = Home::find()?;
        let config = config::load(&home.config())?;
        let (sessions, open_rounds) = (Sessions::of(&home), OpenRounds::of(&home));
        let cancelled = interrupts::catch_interrupt()
            .map_err(|error| Failure::new(FAILED, format!("can't catch Ctrl-C: {error}")))?;
        let library = Arc::new(Library::default());
        let named_target = Arc::default();
        Ok(Self { home, config, named_target, model, library, sessions, open_rounds, cancelled })
    }

    /// The level that the person interviews for, as far as they have ever said.
    pub fn target(&self) -> Option<TargetLevel> {
        self.named_target.get().copied().or(self.config.target)
    }

    /// Knows the level from now on.
    pub fn remember_target(&self, target: TargetLevel) {
        // It is asked once.
        let _ = self.named_target.set(target);
    }

    /// The same with what a line at the prompt says about the model; what it leaves open stays as it was.
    pub fn with_model(&self, line: ModelArgs) -> Self {
        Self { model: line.or(&self.model), ..self.clone() }
    }
}

/// Stops at Ctrl-C.
pub struct Cancelled<'a>(pub &'a Context);

impl Watch for Cancelled<'_> {
    fn step(&self, _: usize, _: usize) {}

    fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(std::sync::atomic::Ordering::SeqCst)
    }
}
