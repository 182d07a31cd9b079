//! What the audit records, and how it is said.

use hookgram::values::Language;

/// What something was done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A profile.
    Profile,
    /// Deliveries.
    Deliveries,
    /// A customer, by the last digits of the chat.
    Customer,
    /// The sandbox.
    Sandbox,
    /// Somebody's account.
    Account,
    /// An invitation.
    Invitation,
    /// The settings.
    Settings,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Profile,
        Self::Deliveries,
        Self::Customer,
        Self::Sandbox,
        Self::Account,
        Self::Invitation,
        Self::Settings,
    ];

    /// As it is stored and stands in an address.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Profile => "profile",
            Self::Deliveries => "deliveries",
            Self::Customer => "customer",
            Self::Sandbox => "sandbox",
            Self::Account => "account",
            Self::Invitation => "invitation",
            Self::Settings => "settings",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What such things are called together.
    #[must_use]
    pub fn title(self, language: Language) -> &'static str {
        let (ru, en) = match self {
            Self::Profile => ("Профили", "Profiles"),
            Self::Deliveries => ("Доставки", "Deliveries"),
            Self::Customer => ("Данные клиентов", "Customers' data"),
            Self::Sandbox => ("Песочница", "Sandbox"),
            Self::Account => ("Аккаунты", "Accounts"),
            Self::Invitation => ("Приглашения", "Invitations"),
            Self::Settings => ("Настройки", "Settings"),
        };
        match language {
            Language::Ru => ru,
            Language::En => en,
        }
    }
}

macro_rules! actions {
    ($($action:ident $kind:ident $name:literal: $ru:literal, $en:literal;)*) => {
        /// What was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each says it in both languages")]
        pub enum Action { $($action,)* }

        impl Action {
            /// Every action, those of a kind together.
            pub const ALL: &'static [Self] = &[$(Self::$action,)*];

            /// As it is stored and stands in an address.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$action => $name,)* }
            }

            /// What it is done to.
            #[must_use]
            pub fn kind(self) -> Kind {
                match self { $(Self::$action => Kind::$kind,)* }
            }

            /// What was done, in words.
            #[must_use]
            pub fn title(self, language: Language) -> &'static str {
                let (ru, en) = match self { $(Self::$action => ($ru, $en),)* };
                match language {
                    Language::Ru => ru,
                    Language::En => en,
                }
            }
        }
    };
}

actions! {
    ProfileMade Profile "profile_made": "Профиль создан", "Profile made";
    ProfileChanged Profile "profile_changed": "Профиль изменён", "Profile changed";
    ProfileCopied Profile "profile_copied": "Профиль скопирован", "Profile duplicated";
    ProfileEnabled Profile "profile_enabled": "Профиль включён", "Profile switched on";
    ProfileDisabled Profile "profile_disabled": "Профиль выключен", "Profile switched off";
    ProfileKey Profile "profile_key": "Новая ссылка профиля", "New URL of a profile";
    ProfileImported Profile "profile_imported": "Профиль загружен из файла", "Profile imported";
    ProfileExported Profile "profile_exported": "Профили сохранены в файл", "Profiles exported";
    ProfileTested Profile "profile_tested": "Отправлено тестовое сообщение", "Test message sent";
    ProfileDeleted Profile "profile_deleted": "Профиль удалён", "Profile deleted";
    Replayed Deliveries "replayed": "Отправлено повторно", "Sent again";
    Cancelled Deliveries "cancelled": "Отправка отменена", "Called off";
    BulkStopped Deliveries "bulk_stopped": "Массовое действие остановлено", "Work on many stopped";
    LogExported Deliveries "log_exported": "Журнал сохранён в файл", "Log exported";
    CustomerErased Customer "customer_erased": "Данные клиента стёрты", "Customer's data erased";
    SandboxCleared Sandbox "sandbox_cleared": "Песочница очищена", "Sandbox cleared";
    AccountMade Account "account_made": "Аккаунт создан", "Account made";
    RoleChanged Account "role_changed": "Роль изменена", "Role changed";
    AccountRemoved Account "account_removed": "Аккаунт удалён", "Account removed";
    SignedIn Account "signed_in": "Вход", "Signed in";
    SignInFailed Account "sign_in_failed": "Неудачная попытка входа", "Sign-in failed";
    FactorFailed Account "factor_failed": "Неверный код второго шага", "Wrong code of the second step";
    SignedOut Account "signed_out": "Выход", "Signed out";
    PasswordChanged Account "password_changed": "Пароль изменён", "Password changed";
    PasswordReset Account "password_reset": "Пароль сброшен", "Password reset";
    SetupLink Account "setup_link": "Создана ссылка для первого администратора", "Link for the first admin made";
    SignInLink Account "sign_in_link": "Создана ссылка для входа", "Sign-in link made";
    ResetAsked Account "reset_asked": "Запрошен сброс пароля", "Password reset asked for";
    FactorOn Account "factor_on": "Второй шаг включён", "Second step turned on";
    FactorOff Account "factor_off": "Второй шаг выключен", "Second step turned off";
    RecoveryCodes Account "recovery_codes": "Новые коды восстановления", "New recovery codes";
    RecoveryUsed Account "recovery_used": "Использован код восстановления", "Recovery code used";
    SessionsEnded Account "sessions_ended": "Сессии завершены", "Sessions ended";
    Invited Invitation "invited": "Отправлено приглашение", "Invited";
    InvitationRevoked Invitation "invitation_revoked": "Приглашение отозвано", "Invitation revoked";
    InvitationAccepted Invitation "invitation_accepted": "Приглашение принято", "Invitation accepted";
    SettingsChanged Settings "settings_changed": "Настройки изменены", "Settings changed";
    KeyChanged Settings "key_changed": "Ключ шифрования сменён", "Sealing key changed";
    MailTested Settings "mail_tested": "Отправлено пробное письмо", "Test mail sent";
}

impl Action {
    /// The action of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }
}
