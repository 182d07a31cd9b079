//! Profiles: the list, actions on a profile, its short URL, and importing.

mod actions;
pub(crate) mod find_chat;
mod import;
mod list;
mod share;
mod urls;

pub(super) use self::{
    actions::{DeleteProfile, DisableProfile, NewKey},
    find_chat::FindChat,
    import::Import,
    list::List,
    share::Share,
    urls::Urls,
};
pub use self::{
    import::{ImportPage, ImportPlan, ImportRow, LineFault},
    share::ShareView,
    urls::{MovedUrl, MovedUrls, UrlRow, UrlTable, UrlsPage},
};
