//! The mail policy: what follows a reply of the SMTP server, and which addresses may get a mail. No I/O.

use std::{collections::VecDeque, time::Duration};

use hookgram::{mail::HOUR, values::EmailAddress};

use crate::{
    store::{Concerned, MailContent},
    time::Millis,
};

const SHORTEST: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(60 * 60);
const MAX_AGE: Duration = Duration::from_secs(24 * 60 * 60);
/// The maximum number of addresses of a mail of the stateless endpoint.
const STRANGERS_ADDRESSES: usize = 10;
/// The maximum number of mails per hour for one token of the stateless endpoint.
const STRANGERS_MAILS: i64 = 20;

/// The maximum number of addresses per hour to which mails of the stateless endpoint are sent, over all tokens.
const STRANGERS_SENT: usize = 100;

pub(super) const STOPPED: &str = "the owner of the address wants no mails";
pub(super) const ANSWERED: &str = "the address has been answered for meanwhile";
pub(super) const NO_SERVER: &str = "no SMTP server is set";
pub(super) const NO_ADDRESS: &str = "no errorEmail is set";
pub(super) const UNKNOWN_TOKEN: &str = "Telegram has never accepted this token";
pub(super) const TOO_MANY: &str = "too many mails about one token within an hour";

/// The addresses that a mail is sent to, or the reason why it may not be sent.
pub(super) fn addresses(content: &MailContent) -> Result<&[EmailAddress], &'static str> {
    let all = content.profile.error_email.as_slice();
    match content.concerned {
        _ if all.is_empty() => Err(NO_ADDRESS),
        Concerned::Profile { .. } => Ok(all),
        Concerned::Bot { known: false, .. } => Err(UNKNOWN_TOKEN),
        Concerned::Bot { recent: STRANGERS_MAILS.., .. } => Err(TOO_MANY),
        Concerned::Bot { .. } => Ok(all.get(..STRANGERS_ADDRESSES).unwrap_or(all)),
    }
}

/// The times within the last hour at which mails of the stateless endpoint were sent to an address.
#[derive(Debug, Default)]
pub(super) struct SentLately(VecDeque<Millis>);

impl SentLately {
    pub(super) fn has_room(&mut self, now: Millis) -> bool {
        // A time in the future was recorded before the clock was set back.
        self.0.retain(|at| (now.saturating_sub(HOUR)..=now).contains(at));
        self.0.len() < STRANGERS_SENT
    }

    pub(super) fn count(&mut self, now: Millis) {
        self.0.push_back(now);
    }
}

/// The delay after the failed attempt of this number, starting at 1; `None` if the mail is given up.
pub(super) fn again(attempt: u32, age: Duration) -> Option<Duration> {
    let after = SHORTEST.saturating_mul(2u32.saturating_pow(attempt.saturating_sub(1).min(12))).min(LONGEST);
    (age.saturating_add(after) <= MAX_AGE).then_some(after)
}

#[cfg(test)]
mod tests {
    use hookgram::{delivery::FailureCause, parameters::Parameter, profile::Profile};

    use super::*;

    fn content(concerned: Concerned, emails: &str) -> MailContent {
        let mut profile = Profile::default();
        profile.set(Parameter::ErrorEmail, emails).unwrap();
        MailContent { concerned, profile, cause: FailureCause::Blocked, count: 1, examples: Vec::new() }
    }

    #[test]
    fn which_addresses_get_a_mail_about_a_profile_or_a_bot() {
        let profile = || Concerned::Profile { id: 1, name: "A".into() };
        let bot = |known, recent| Concerned::Bot { id: 7, known, recent };
        let many: String = (0..30).map(|i| format!("a{i}@b.c,")).collect();
        for (concerned, emails, expected) in [
            (profile(), "a@b.c,d@e.f", Ok(2)),
            (profile(), &*many, Ok(30)),
            (profile(), "", Err(NO_ADDRESS)),
            (bot(true, 0), "a@b.c", Ok(1)),
            (bot(true, 19), &*many, Ok(10)),
            (bot(true, 20), "a@b.c", Err(TOO_MANY)),
            (bot(false, 0), "a@b.c", Err(UNKNOWN_TOKEN)),
            (bot(false, 0), "", Err(NO_ADDRESS)),
        ] {
            let content = content(concerned, emails);
            assert_eq!(addresses(&content).map(<[_]>::len), expected, "{content:?}");
        }
    }

    #[test]
    fn at_most_100_addresses_get_a_mail_within_an_hour() {
        let mut sent = SentLately::default();
        let begin = 1_000 * HOUR;
        for n in 0..100 {
            assert!(sent.has_room(begin + n), "{n}");
            sent.count(begin + n);
        }
        assert!(!sent.has_room(begin + 99) && !sent.has_room(begin + HOUR));
        assert!(sent.has_room(begin + HOUR + 1), "the first one is over an hour ago");
        assert!(sent.has_room(begin - HOUR), "the clock was set back");
    }

    #[test]
    fn retry_delays_of_mails_double_up_to_an_hour_and_end_after_a_day() {
        let minutes = |n: u64| Some(Duration::from_secs(n * 60));
        for (attempt, hours, expected) in [
            (0, 0, minutes(1)),
            (1, 0, minutes(1)),
            (2, 0, minutes(2)),
            (6, 0, minutes(32)),
            (7, 0, minutes(60)),
            (u32::MAX, 0, minutes(60)),
            (30, 23, minutes(60)),
            (30, 24, None),
        ] {
            assert_eq!(again(attempt, Duration::from_secs(hours * 3600)), expected, "{attempt} {hours}");
        }
        assert_eq!(again(1, Duration::MAX), None);
    }
}
