//! The connections and caches that all areas of the store share.

use std::{ops::Deref, sync::Arc};

use sqlx::SqlitePool;
use tokio::sync::{Notify, broadcast};

use super::{
    events::{accepting::Acceptor, rejections::Rejections},
    mails::addresses::Addresses,
    profiles::cache::ProfileCache,
};
use crate::secrets::seal::Sealer;

/// The connections, the encryption, the writer tasks and the caches.
#[derive(Debug)]
pub struct Db {
    /// The pool of the single writing connection.
    pub(in crate::store) write: SqlitePool,
    pub(in crate::store) read: SqlitePool,
    pub(in crate::store) sealer: Sealer,
    pub(in crate::store) acceptor: Acceptor,
    pub(in crate::store) rejections: Rejections,
    pub(in crate::store) profile_cache: ProfileCache,
    pub(in crate::store) addresses: Addresses,
    /// Notified after each commit that stores events.
    pub(in crate::store) stored: Arc<Notify>,
    /// The ids of accounts whose sessions have ended.
    pub(in crate::store) ended: broadcast::Sender<i64>,
}

/// Declares the areas of the store. Each area has the statements on its own tables.
macro_rules! areas {
    ($($(#[$about:meta])* $field:ident: $area:ident,)*) => {
        /// The store, divided into areas. Cheap to clone.
        #[derive(Clone, Debug)]
        pub struct Store {
            pub(in crate::store) db: Arc<Db>,
            $($(#[$about])* pub $field: $area,)*
        }

        impl Store {
            pub(in crate::store) fn of(db: Db) -> Self {
                let db = Arc::new(db);
                Self { $($field: $area(db.clone()),)* db }
            }
        }

        $(
            $(#[$about])*
            #[derive(Clone, Debug)]
            pub struct $area(pub(in crate::store) Arc<Db>);

            impl Deref for $area {
                type Target = Db;

                fn deref(&self) -> &Db {
                    &self.0
                }
            }
        )*
    };
}

areas! {
    /// Events: accepted and refused events, their messages and bodies, and the bounds of the stateless endpoint.
    events: Events,
    /// The queue of deliveries: claims, outcomes, replays and cancellation.
    queue: Queue,
    /// Queries on events and deliveries: the log, its chart, health.
    log: Log,
    /// Bots with their tokens, and Telegram's responses about them.
    bots: Bots,
    /// The booking bots: settings, secrets, and which updates are handled.
    booking: Booking,
    /// The customers of booking bots, and their bookings.
    customers: Customers,
    /// Profiles with their webhook keys; drafts of the builder; the sandbox's messages.
    profiles: Profiles,
    /// Accounts, sessions, invitations, second factors.
    accounts: Accounts,
    /// The audit log.
    audit: Audit,
    /// The encryption keys of secrets.
    secrets: Secrets,
    /// Error mails and the addresses to which they may be sent.
    mails: Mails,
    /// Deletes old data, erases people, and converts data of earlier versions.
    maintenance: Maintenance,
    /// Settings that admins have changed.
    settings: Settings,
}
