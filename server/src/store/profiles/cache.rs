//! A cache of profiles for the webhook endpoints, which read profiles far more often than they change. A cached profile
//! may be outdated. The caller passes its version to the store, which rejects an outdated one.

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;

use crate::store::{Profiles, StoreError, StoredProfile};

/// The maximum number of cached profiles. A full cache is cleared.
const KEPT: usize = 1_024;

#[derive(Clone, Debug, Default)]
pub(in crate::store) struct ProfileCache(Arc<Mutex<HashMap<String, Arc<StoredProfile>>>>);

impl Profiles {
    /// The profile with this webhook key, read from the database.
    pub async fn endpoint(&self, key: &str) -> Result<Option<Arc<StoredProfile>>, StoreError> {
        let found = self.by_key(key).await?.map(Arc::new);
        // The profile's version does not change when a replaced webhook key expires, so only the current key is cached.
        // Keys cannot be guessed, so a miss is not cached.
        let kept = found.as_ref().filter(|profile| profile.key == key);
        let mut endpoints = self.profile_cache.0.lock();
        if endpoints.len() >= KEPT {
            endpoints.clear();
        }
        match kept {
            Some(profile) => endpoints.insert(key.to_owned(), profile.clone()),
            None => endpoints.remove(key),
        };
        Ok(found)
    }

    /// The cached profile with this webhook key. It may be outdated.
    #[must_use]
    pub fn known_endpoint(&self, key: &str) -> Option<Arc<StoredProfile>> {
        self.profile_cache.0.lock().get(key).cloned()
    }
}
