//! The pages: each file holds a view and the server functions it calls.

pub mod apart;
pub mod builder;
pub mod choices;
pub mod drawn;
pub mod find_chat;
pub mod layout;
pub mod profiles;
pub mod share;
pub mod sign_in;
