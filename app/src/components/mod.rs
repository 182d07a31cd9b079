//! The components of pages.

mod area;
mod bubble;
#[cfg(feature = "ssr")]
pub mod choices;
mod copy;
#[cfg(feature = "ssr")]
mod empty;
mod field;
#[cfg(feature = "ssr")]
pub mod layout;
#[cfg(feature = "ssr")]
mod outcome;
#[cfg(feature = "ssr")]
mod qr;
#[cfg(feature = "ssr")]
mod toast;

pub use area::area_text;
#[cfg(feature = "ssr")]
pub use bubble::Bubble;
pub use bubble::{BubbleLine, Bubbles};
pub use copy::CopyField;
#[cfg(feature = "ssr")]
pub use empty::EmptyState;
pub use field::{FieldFaults, Said, TextField};
#[cfg(feature = "ssr")]
pub use outcome::{OutcomeMark, outcome_word};
#[cfg(feature = "ssr")]
pub use qr::qr_picture;
#[cfg(feature = "ssr")]
pub use toast::Toast;
