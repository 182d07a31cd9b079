//! The parts that pages are made of.

mod bubble;
mod copy;
mod field;
mod live;
mod loaded;
mod moment;
mod outcome;
#[cfg(feature = "ssr")]
mod qr;

pub use bubble::{Bubble, Bubbles};
pub use copy::CopyField;
pub use field::{FieldFaults, Said, TextField};
pub use live::listen;
pub use loaded::{EmptyState, Load, Loaded, load};
pub use moment::Moment;
pub use outcome::OutcomeMark;
#[cfg(feature = "ssr")]
pub use qr::qr_picture;
