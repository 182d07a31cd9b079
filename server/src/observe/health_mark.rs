//! The health mark in the navigation, which shows whether somebody must act.

use std::{
    net::IpAddr,
    sync::atomic::{AtomicBool, Ordering},
};

use hookgram::role::Role;
use parking_lot::Mutex;

use crate::time::{Millis, now};

const HOUR: Millis = 60 * 60 * 1000;
const DAY: Millis = 24 * HOUR;

/// The state of the health mark as of the last check.
#[derive(Debug, Default)]
pub struct HealthMark {
    red: AtomicBool,
    red_for_admins: AtomicBool,
    proxy: Mutex<Option<(IpAddr, Millis)>>,
}

impl HealthMark {
    /// Whether this role sees a red mark.
    #[must_use]
    pub fn is_red(&self, role: Option<Role>) -> bool {
        self.red.load(Ordering::Relaxed) || (role == Some(Role::Admin) && self.red_for_admins.load(Ordering::Relaxed))
    }

    /// Sets whether everybody sees a red mark, and whether admins do.
    pub(crate) fn set(&self, red: bool, red_for_admins: bool) {
        self.red.store(red, Ordering::Relaxed);
        self.red_for_admins.store(red_for_admins, Ordering::Relaxed);
    }

    /// Records a request with forwarding headers from an address that is not a trusted proxy. The request is logged
    /// unless there was another such request within the last hour.
    pub fn unannounced_proxy(&self, address: IpAddr) {
        let now = now();
        let before = self.proxy.lock().replace((address, now));
        if before.is_none_or(|(_, at)| at < now - HOUR) {
            tracing::warn!(
                %address,
                "a proxy that HOOKGRAM_TRUSTED_PROXIES does not name forwards requests: all clients behind it count as one \
                 address"
            );
        }
    }

    /// The address that last forwarded requests without being a trusted proxy, if that was within a day.
    pub(crate) fn unannounced(&self, now: Millis) -> Option<IpAddr> {
        self.proxy.lock().filter(|(_, at)| *at > now - DAY).map(|(address, _)| address)
    }
}
