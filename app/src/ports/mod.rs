//! What the interface needs of a server; a file a port. The server implements these; the pages know nothing else of it.

mod accounts;
mod chats;
mod deliveries;
mod drafts;
mod previews;
mod profiles;
mod sandbox;
mod share;

use std::sync::Arc;

pub use self::{
    accounts::Accounts,
    chats::{ChatLinks, ChatSearch, ChatTrouble, Chats},
    deliveries::Deliveries,
    drafts::{Draft, Drafts},
    previews::Previews,
    profiles::{ProfileInput, Profiles, Target, TestInput},
    sandbox::Sandbox,
    share::{Address, Obstacle, QrCode, Shared, Sharing, TOKEN_PLACE},
};

/// Everything, as it stands in the context of a request.
#[derive(Clone)]
pub struct Ports {
    /// Accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Drafts of the builder.
    pub drafts: Arc<dyn Drafts>,
    /// Deliveries.
    pub deliveries: Arc<dyn Deliveries>,
    /// The builder's preview.
    pub previews: Arc<dyn Previews>,
    /// Profiles.
    pub profiles: Arc<dyn Profiles>,
    /// The sandbox.
    pub sandbox: Arc<dyn Sandbox>,
    /// Sharing a profile's address.
    pub sharing: Arc<dyn Sharing>,
    /// Finding chats.
    pub chats: Arc<dyn Chats>,
}
