//! An endpoint's model as a drafter of files for their author. Apart from [`super::EndpointObserver`], which writes
//! nothing that anybody reads.

use super::{BadAddress, Endpoint, EndpointObserver, wire::Request};
use crate::{core::judging::Unscored, ports::Watch};

/// Most tokens of a draft.
const LONGEST: u32 = 8192;

/// Asks for a text.
pub struct Drafter(EndpointObserver);

impl Drafter {
    /// Makes ready to ask; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// When the address can't be one.
    pub fn new(endpoint: Endpoint) -> Result<Self, BadAddress> {
        EndpointObserver::new(endpoint).map(Self)
    }

    /// The model's reply.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn draft(&self, system: &str, user: String, watch: &dyn Watch) -> Result<String, Unscored> {
        let request = Request { temperature: 0.3, ..self.0.request(system, user, LONGEST) };
        Ok(self.0.wait(watch, self.0.wire.ask(&request))?.text)
    }
}
