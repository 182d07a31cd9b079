//! The pages: each file holds a view and the server functions it calls.

mod alone;
pub mod apart;
pub mod builder;
pub mod choices;
pub mod drawn;
pub mod find_chat;
pub mod layout;
pub mod profiles;
pub mod share;
