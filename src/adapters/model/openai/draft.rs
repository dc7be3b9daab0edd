//! An endpoint's model as a drafter of files for their author. Apart from [`super::EndpointObserver`], which writes
//! nothing that anybody reads.

use super::{BadEndpoint, Endpoint, EndpointObserver, shape::Request, trouble::not_an_answer};
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
    /// When it can't be used as it was named.
    pub fn new(endpoint: Endpoint) -> Result<Self, BadEndpoint> {
        EndpointObserver::new(endpoint).map(Self)
    }

    /// The model's reply.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn draft(&self, system: &str, user: String, watch: &dyn Watch) -> Result<String, Unscored> {
        let request = Request { temperature: 0.3, ..self.0.request(system, user, LONGEST) };
        let (text, _) = self.0.twice(&request, watch, |answer| {
            if answer.is_silent() { Err(not_an_answer("it is empty")) } else { Ok(answer.text.clone()) }
        })?;
        Ok(text)
    }
}
