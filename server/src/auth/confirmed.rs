//! What needs more than a session: its owner has proved a short while ago who they are.

use hookgram::role::Account;

use super::session::CurrentSession;
use crate::time::{Millis, now};

/// How long a proof holds: 10 minutes.
const HOLDS: Millis = 10 * 60 * 1000;

/// Everything that an account can be asked for was given just now: its password, if it has one, and its second factor, if
/// it has one. Only [`super::entry::SignInAttempt::prove`] makes one, so that no part of it stands for the whole.
#[derive(Debug)]
pub struct Proved(());

impl Proved {
    pub(super) fn new() -> Self {
        Self(())
    }
}

/// An account whose owner has given their password, and their second factor where there is one, within the last 10
/// minutes. Only this module makes one; what must not be done by whoever finds an open browser asks for it.
#[derive(Clone, Debug)]
pub struct Confirmed(Account);

impl Confirmed {
    /// The proof, if it is fresh enough. Of an account without password and second factor (it signs in by links alone)
    /// nothing can be asked: it counts as proved.
    pub(super) fn of(account: &Account, session: &CurrentSession) -> Option<Self> {
        let age = now().saturating_sub(session.confirmed_at);
        let can_be_asked = session.has_password || session.has_second_factor;
        // A clock that was set back proves nothing.
        ((0..HOLDS).contains(&age) || !can_be_asked).then(|| Self(account.clone()))
    }

    /// Whose.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use hookgram::role::Role;

    use super::*;

    #[test]
    fn a_proof_holds_for_ten_minutes() {
        let account = Account { id: 1, email: "a@b.c".into(), role: Role::Admin };
        let session = |age, has_password| CurrentSession {
            hash: Vec::new(),
            confirmed_at: now() - age,
            has_password,
            has_second_factor: false,
        };
        for (age, expected) in [(0, true), (HOLDS - 1_000, true), (HOLDS, false), (-60_000, false), (now(), false)] {
            assert_eq!(Confirmed::of(&account, &session(age, true)).is_some(), expected, "{age}");
        }
        assert!(Confirmed::of(&account, &session(HOLDS, false)).is_some(), "there is nothing to ask for");
    }
}
