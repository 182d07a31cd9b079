//! The parts that pages are made of.

mod bubble;
mod copy;
mod field;
mod loaded;
mod moment;
mod outcome;

pub use bubble::{Bubble, BubbleLine, Bubbles, LIMIT};
pub use copy::CopyField;
pub use field::{FieldFaults, Said, TextField};
pub use loaded::{EmptyState, Load, Loaded, load};
pub use moment::{Moment, moment_text};
pub use outcome::OutcomeMark;
