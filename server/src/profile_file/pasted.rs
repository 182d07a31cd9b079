//! Pasted texts that are not confirmed yet. A text may contain tokens, so it is stored in memory and not in a field of
//! the page that shows its plan.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use secrecy::SecretString;

use crate::secrets::codes;

/// How long a draft is stored.
const KEPT: Duration = Duration::from_secs(30 * 60);
/// The most stored drafts. A new one replaces the oldest.
const MOST: usize = 16;

struct Draft {
    id: String,
    /// The id of the account that pasted it.
    owner: i64,
    text: SecretString,
    at: Instant,
}

/// The drafts of all accounts.
#[derive(Default)]
pub struct Drafts(parking_lot::Mutex<VecDeque<Draft>>);

impl Drafts {
    /// Stores a text for an account, and returns the draft's id.
    pub fn keep(&self, owner: i64, text: String) -> String {
        let id = codes::secret();
        let mut drafts = self.0.lock();
        drafts.retain(|draft| draft.at.elapsed() < KEPT);
        if drafts.len() >= MOST {
            drafts.pop_front();
        }
        drafts.push_back(Draft { id: id.clone(), owner, text: text.into(), at: Instant::now() });
        id
    }

    /// The text of an account's draft, if it is still stored.
    pub fn find(&self, owner: i64, id: &str) -> Option<SecretString> {
        let drafts = self.0.lock();
        let found = drafts.iter().find(|draft| draft.owner == owner && draft.id == id && draft.at.elapsed() < KEPT);
        found.map(|draft| draft.text.clone())
    }

    /// Deletes a draft.
    pub fn forget(&self, id: &str) {
        self.0.lock().retain(|draft| draft.id != id);
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_pasted_draft_is_found_by_its_owner_only_and_the_number_of_drafts_is_bounded() {
        let drafts = Drafts::default();
        let first = drafts.keep(1, "a".into());
        assert_eq!(drafts.find(1, &first).unwrap().expose_secret(), "a");
        assert!(drafts.find(2, &first).is_none() && drafts.find(1, "guess").is_none());
        for _ in 0..MOST {
            drafts.keep(2, "b".into());
        }
        assert!(drafts.find(1, &first).is_none());
        let last = drafts.keep(1, "c".into());
        drafts.forget(&last);
        assert!(drafts.find(1, &last).is_none());
    }
}
