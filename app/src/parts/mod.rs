//! The parts that pages are made of.

mod bubble;
mod copy;
mod field;
mod loaded;
mod moment;
mod outcome;

pub use bubble::{Bubble, Bubbles};
pub use copy::CopyField;
pub use field::{FieldFaults, Said, TextField};
pub use loaded::{EmptyState, Load, Loaded, load};
pub use moment::Moment;
pub use outcome::OutcomeMark;
