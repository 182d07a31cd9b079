//! The audit log, the record of what people did: its closed sets and the query of its page.

use crate::{closed_set::closed_set, query};

closed_set! {
    /// The kind of object that an action was done to.
    pub enum AuditObject {
        /// A profile.
        Profile = "profile",
        /// A bot.
        Bot = "bot",
        /// Deliveries.
        Deliveries = "deliveries",
        /// A customer, named by the last digits of the chat.
        Customer = "customer",
        /// The sandbox.
        Sandbox = "sandbox",
        /// A user's account.
        Account = "account",
        /// An invitation.
        Invitation = "invitation",
        /// The settings.
        Settings = "settings",
    }
}

closed_set! {
    /// A recorded action.
    #[allow(missing_docs, reason = "the names say it")]
    pub enum AuditAction {
        ProfileMade = "profile_made",
        ProfileChanged = "profile_changed",
        ProfileCopied = "profile_copied",
        ProfileEnabled = "profile_enabled",
        ProfileDisabled = "profile_disabled",
        ProfileKey = "profile_key",
        ProfileImported = "profile_imported",
        ProfileExported = "profile_exported",
        ProfileTested = "profile_tested",
        ProfileDeleted = "profile_deleted",
        BotAdded = "bot_added",
        BotToken = "bot_token",
        BotRemoved = "bot_removed",
        BookingBotSet = "booking_bot_set",
        BookingBotOn = "booking_bot_on",
        BookingBotOff = "booking_bot_off",
        BookingBotTakenOver = "booking_bot_taken_over",
        Replayed = "replayed",
        Cancelled = "cancelled",
        BulkStopped = "bulk_stopped",
        LogExported = "log_exported",
        CustomerErased = "customer_erased",
        CustomerExported = "customer_exported",
        CustomerStopped = "customer_stopped",
        SandboxCleared = "sandbox_cleared",
        AccountMade = "account_made",
        RoleChanged = "role_changed",
        AccountRemoved = "account_removed",
        SignedIn = "signed_in",
        SignInFailed = "sign_in_failed",
        FactorFailed = "factor_failed",
        SignedOut = "signed_out",
        PasswordChanged = "password_changed",
        PasswordReset = "password_reset",
        SetupLink = "setup_link",
        SignInLink = "sign_in_link",
        ResetAsked = "reset_asked",
        FactorOn = "factor_on",
        FactorOff = "factor_off",
        RecoveryCodes = "recovery_codes",
        RecoveryUsed = "recovery_used",
        SessionsEnded = "sessions_ended",
        Invited = "invited",
        InvitationRevoked = "invitation_revoked",
        InvitationAccepted = "invitation_accepted",
        SettingsChanged = "settings_changed",
        KeyChanged = "key_changed",
        MailTested = "mail_tested",
    }
}

impl AuditAction {
    /// The kind of object that this action changes.
    #[must_use]
    pub fn object(self) -> AuditObject {
        match self {
            Self::ProfileMade
            | Self::ProfileChanged
            | Self::ProfileCopied
            | Self::ProfileEnabled
            | Self::ProfileDisabled
            | Self::ProfileKey
            | Self::ProfileImported
            | Self::ProfileExported
            | Self::ProfileTested
            | Self::ProfileDeleted => AuditObject::Profile,
            Self::BotAdded
            | Self::BotToken
            | Self::BotRemoved
            | Self::BookingBotSet
            | Self::BookingBotOn
            | Self::BookingBotOff
            | Self::BookingBotTakenOver => AuditObject::Bot,
            Self::Replayed | Self::Cancelled | Self::BulkStopped | Self::LogExported => AuditObject::Deliveries,
            Self::CustomerErased | Self::CustomerExported | Self::CustomerStopped => AuditObject::Customer,
            Self::SandboxCleared => AuditObject::Sandbox,
            Self::AccountMade
            | Self::RoleChanged
            | Self::AccountRemoved
            | Self::SignedIn
            | Self::SignInFailed
            | Self::FactorFailed
            | Self::SignedOut
            | Self::PasswordChanged
            | Self::PasswordReset
            | Self::SetupLink
            | Self::SignInLink
            | Self::ResetAsked
            | Self::FactorOn
            | Self::FactorOff
            | Self::RecoveryCodes
            | Self::RecoveryUsed
            | Self::SessionsEnded => AuditObject::Account,
            Self::Invited | Self::InvitationRevoked | Self::InvitationAccepted => AuditObject::Invitation,
            Self::SettingsChanged | Self::KeyChanged | Self::MailTested => AuditObject::Settings,
        }
    }
}

/// The value of [`AuditQuery::who`] for actions that were done at the command line.
pub const COMMAND_LINE: &str = "command-line";

/// A query of the audit log. The URL of its page contains it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// The e-mail address of the person who acted, or [`COMMAND_LINE`]; blank for all.
    pub who: String,
    /// Only this action.
    pub action: Option<AuditAction>,
    /// Only actions on this kind of object.
    pub kind: Option<AuditObject>,
    /// Part of the object's name; blank for all.
    pub object: String,
    /// The first day, in the reader's time zone: `2026-11-24`.
    pub from: String,
    /// The last day, inclusive.
    pub to: String,
    /// Only entries older than the one with this id.
    pub behind: Option<i64>,
}

impl AuditQuery {
    /// Reads the query from a URL. `get` returns the decoded value of a parameter.
    #[must_use]
    pub fn of(get: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name: &str| get(name).map(|value| value.trim().to_owned()).unwrap_or_default();
        Self {
            who: text("who"),
            action: AuditAction::parse(&text("action")),
            kind: AuditObject::parse(&text("kind")),
            object: text("object"),
            from: text("from"),
            to: text("to"),
            behind: text("behind").parse().ok(),
        }
    }

    /// The URL of this query's page, without the parameters that have their default value.
    #[must_use]
    pub fn address(&self) -> String {
        let pairs = [
            ("kind", self.kind.map(|kind| kind.name().to_owned()).unwrap_or_default()),
            ("action", self.action.map(|action| action.name().to_owned()).unwrap_or_default()),
            ("who", self.who.clone()),
            ("object", self.object.clone()),
            ("from", self.from.clone()),
            ("to", self.to.clone()),
            ("behind", self.behind.map(|id| id.to_string()).unwrap_or_default()),
        ];
        let given = pairs.iter().filter(|(_, value)| !value.is_empty());
        let given = given.map(|(name, value)| format!("{name}={}", query::encode(value))).collect::<Vec<_>>().join("&");
        if given.is_empty() { "/audit".to_owned() } else { format!("/audit?{given}") }
    }

    /// Whether the query has a filter. `behind` is for paging and does not count.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        *self != Self { behind: self.behind, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_survives_a_round_trip_through_its_url() {
        let whole = AuditQuery {
            who: "anna@example.com".into(),
            action: Some(AuditAction::RoleChanged),
            kind: Some(AuditObject::Account),
            object: "Salon".into(),
            from: "2026-11-24".into(),
            to: "2026-11-25".into(),
            behind: Some(7),
        };
        let address = whole.address().replace("%40", "@");
        let pairs: Vec<(&str, &str)> =
            address.split_once('?').unwrap().1.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let get = |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        assert_eq!(AuditQuery::of(get), whole);
        assert!(whole.is_narrowed() && !AuditQuery { behind: Some(1), ..AuditQuery::default() }.is_narrowed());
        assert_eq!(AuditQuery::of(|_| Some("luck".into())).kind, None);
        assert_eq!(AuditQuery::default().address(), "/audit");
    }
}
