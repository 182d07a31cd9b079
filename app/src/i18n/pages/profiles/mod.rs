//! Texts of profiles: the list, actions, the short URL, and finding a chat.

#[cfg(feature = "ssr")]
mod actions;
mod find_chat;
#[cfg(feature = "ssr")]
mod list;
#[cfg(feature = "ssr")]
mod share;

pub use self::find_chat::{ChatTitle, ChatWords};
#[cfg(feature = "ssr")]
pub use self::{actions::ProfileActionWords, list::ProfilesWords, share::ShareWords};
