//! `/deliveries…`: the log, one event, replaying and cancelling, the log as a file, and data stored about people.

pub(super) mod act;
mod chart;
pub(in crate::pages) mod csv;
pub(super) mod event;
pub(super) mod export;
pub(super) mod log;
pub(super) mod people;
pub(super) mod personal;
pub(super) mod work;

use hookgram::log_query::LogQuery;

pub use self::{event::event_detail, log::log_page};
use super::{Permission, Visit};

impl<P: Permission> Visit<P> {
    fn log_query(&self) -> LogQuery {
        LogQuery::of(|name| self.asked(name))
    }
}
