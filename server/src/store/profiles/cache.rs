//! Profiles as the endpoints know them. An endpoint is asked far more often than its profile changes, so what was read is kept;
//! whoever acts on it names its version, and the store refuses what is out of date.

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;

use crate::store::{Profiles, StoreError, StoredProfile};

/// Profiles that are kept at once; beyond it all are read anew.
const KEPT: usize = 1_024;

/// By webhook key.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct ProfileCache(Arc<Mutex<HashMap<String, Arc<StoredProfile>>>>);

impl Profiles {
    /// The profile that a webhook key opens, as it is now.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn endpoint(&self, key: &str) -> Result<Option<Arc<StoredProfile>>, StoreError> {
        let found = self.by_key(key).await?.map(Arc::new);
        // A key that retires does so without a change; and nobody's keys are made up by anybody.
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

    /// The profile that a webhook key opened when it was last read, if it was.
    #[must_use]
    pub fn known_endpoint(&self, key: &str) -> Option<Arc<StoredProfile>> {
        self.profile_cache.0.lock().get(key).cloned()
    }
}
