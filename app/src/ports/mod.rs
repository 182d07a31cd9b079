//! What the interface needs of a server; a file a port. The server implements these; the pages know nothing else of it.

mod accounts;
mod previews;
mod profiles;
mod sandbox;

use std::sync::Arc;

pub use self::{
    accounts::{Accounts, SessionCookie, SignInFault},
    previews::Previews,
    profiles::{ProfileInput, Profiles, Target, TestInput},
    sandbox::Sandbox,
};

/// Everything, as it stands in the context of a request.
#[derive(Clone)]
pub struct Ports {
    /// Accounts and sessions.
    pub accounts: Arc<dyn Accounts>,
    /// The builder's preview.
    pub previews: Arc<dyn Previews>,
    /// Profiles.
    pub profiles: Arc<dyn Profiles>,
    /// The sandbox.
    pub sandbox: Arc<dyn Sandbox>,
}
