//! Whether somebody must act: the mark that the navigation shows.

use std::{
    net::IpAddr,
    sync::atomic::{AtomicBool, Ordering},
};

use hookgram::role::Role;
use parking_lot::Mutex;

use crate::time::{Millis, now};

const HOUR: Millis = 60 * 60 * 1000;
const DAY: Millis = 24 * HOUR;

/// Whether somebody must act, as of the last look.
#[derive(Debug, Default)]
pub struct HealthMark {
    red: AtomicBool,
    red_for_admins: AtomicBool,
    proxy: Mutex<Option<(IpAddr, Millis)>>,
}

impl HealthMark {
    /// Whether it is red for somebody of this role.
    #[must_use]
    pub fn is_red(&self, role: Option<Role>) -> bool {
        self.red.load(Ordering::Relaxed) || (role == Some(Role::Admin) && self.red_for_admins.load(Ordering::Relaxed))
    }

    /// Sets whether it is red for everybody, and whether it is red for admins.
    pub(crate) fn set(&self, red: bool, red_for_admins: bool) {
        self.red.store(red, Ordering::Relaxed);
        self.red_for_admins.store(red_for_admins, Ordering::Relaxed);
    }

    /// Notes a request that was forwarded by somebody who is not among the trusted proxies; the log hears of it
    /// after each hour without.
    pub fn unannounced_proxy(&self, address: IpAddr) {
        let now = now();
        let before = self.proxy.lock().replace((address, now));
        if before.is_none_or(|(_, at)| at < now - HOUR) {
            tracing::warn!(
                %address,
                "requests come with forwarding headers, but HOOKGRAM_TRUSTED_PROXIES does not name where they come from: \
                 everybody behind it counts as one address"
            );
        }
    }

    /// Who forwards without being trusted, if anybody did within a day.
    pub(crate) fn unannounced(&self, now: Millis) -> Option<IpAddr> {
        self.proxy.lock().filter(|(_, at)| *at > now - DAY).map(|(address, _)| address)
    }
}
