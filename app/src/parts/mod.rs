//! The parts that pages are made of.

mod bubble;
mod copy;
mod field;
mod live;
mod loaded;
mod menu;
mod moment;
mod outcome;
#[cfg(feature = "ssr")]
mod qr;
#[cfg(feature = "ssr")]
mod toast;

#[cfg(feature = "ssr")]
pub use bubble::Bubble;
pub use bubble::{BubbleLine, Bubbles, LIMIT};
pub use copy::CopyField;
pub use field::{FieldFaults, Said, TextField};
pub use live::listen;
pub use loaded::{EmptyState, Load, Loaded, load};
#[cfg(feature = "hydrate")]
pub use menu::close_menus;
pub use menu::leave_focus;
pub use moment::{Moment, localise, moment_text};
pub use outcome::OutcomeMark;
#[cfg(feature = "ssr")]
pub use outcome::outcome_word;
#[cfg(feature = "ssr")]
pub use qr::qr_picture;
#[cfg(feature = "ssr")]
pub use toast::Toast;
