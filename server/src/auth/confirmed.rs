//! Re-authentication. Some actions need more than a session: the session's owner must have proved their identity
//! recently.

use hookgram::role::Account;

use super::session::CurrentSession;
use crate::time::{Millis, now};

/// How long a proof is valid: 10 minutes, in milliseconds.
const HOLDS: Millis = 10 * 60 * 1000;

/// A proof that the account's owner has just entered the account's password and its second factor, as far as the
/// account has them. Only [`super::entry::SignInAttempt::prove`] constructs it, so that a part of the proof never
/// counts as the whole.
#[derive(Debug)]
pub struct Proved(());

impl Proved {
    pub(super) fn new() -> Self {
        Self(())
    }
}

/// An account whose owner has re-authenticated within the last 10 minutes, with the password and with the second factor
/// if there is one. Only this module constructs it. An action that must be closed to somebody who finds an open browser
/// takes it as an argument.
#[derive(Clone, Debug)]
pub struct Confirmed(Account);

impl Confirmed {
    /// Returns the confirmation if the session's last proof is recent enough. An account with neither password nor
    /// second factor signs in by links only and has nothing to prove with, so it counts as confirmed.
    pub(super) fn of(account: &Account, session: &CurrentSession) -> Option<Self> {
        let age = now().saturating_sub(session.confirmed_at);
        let can_be_asked = session.has_password || session.has_second_factor;
        // A negative age means that the clock was set back. Such a proof does not count.
        ((0..HOLDS).contains(&age) || !can_be_asked).then(|| Self(account.clone()))
    }

    /// The confirmed account.
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
    fn a_password_confirmation_is_valid_for_ten_minutes() {
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
