//! The audit: what people did, to what, and how the audit can be searched.

use crate::{closed_set::closed_set, query};

closed_set! {
    /// What something was done to.
    pub enum AuditObject {
        /// A profile.
        Profile = "profile",
        /// Deliveries.
        Deliveries = "deliveries",
        /// A customer, by the last digits of the chat.
        Customer = "customer",
        /// The sandbox.
        Sandbox = "sandbox",
        /// Somebody's account.
        Account = "account",
        /// An invitation.
        Invitation = "invitation",
        /// The settings.
        Settings = "settings",
    }
}

closed_set! {
    /// What was done.
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
        Replayed = "replayed",
        Cancelled = "cancelled",
        BulkStopped = "bulk_stopped",
        LogExported = "log_exported",
        CustomerErased = "customer_erased",
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
    /// What it is done to.
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
            Self::Replayed | Self::Cancelled | Self::BulkStopped | Self::LogExported => AuditObject::Deliveries,
            Self::CustomerErased => AuditObject::Customer,
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

/// How an address says the command line.
pub const COMMAND_LINE: &str = "command-line";

/// A question to the audit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditQuery {
    /// Done by them: an e-mail address, or [`COMMAND_LINE`]; blank for all.
    pub who: String,
    /// This was done.
    pub action: Option<AuditAction>,
    /// To this kind of thing.
    pub kind: Option<AuditObject>,
    /// To something with this in its name; blank for all.
    pub object: String,
    /// That day or later, as it stands in the address: `2026-11-24`, in the reader's zone.
    pub from: String,
    /// That day or earlier.
    pub to: String,
    /// Older than this entry.
    pub behind: Option<i64>,
}

impl AuditQuery {
    /// The question in an address: `get` answers with a parameter's value, decoded.
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

    /// The address of its page, what is the default left out.
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

    /// Whether anything is asked for beyond the newest of all.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        *self != Self { behind: self.behind, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_stands_in_the_address_and_is_read_back() {
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
