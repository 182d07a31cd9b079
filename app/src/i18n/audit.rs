//! Texts of the audit.

use hookgram::{
    audit::{AuditAction, AuditObject},
    values::{Bilingual, Language},
};

/// A kind of object, in the plural.
#[must_use]
pub fn object(language: Language, object: AuditObject) -> &'static str {
    let (ru, en) = match object {
        AuditObject::Profile => ("Профили", "Profiles"),
        AuditObject::Bot => ("Боты", "Bots"),
        AuditObject::Deliveries => ("Доставки", "Deliveries"),
        AuditObject::Customer => ("Данные клиентов", "Customer data"),
        AuditObject::Sandbox => ("Песочница", "Sandbox"),
        AuditObject::Account => ("Аккаунты", "Accounts"),
        AuditObject::Invitation => ("Приглашения", "Invitations"),
        AuditObject::Settings => ("Настройки", "Settings"),
    };
    Bilingual { ru, en }.get(language)
}

/// An action.
#[must_use]
pub fn action(language: Language, action: AuditAction) -> &'static str {
    let (ru, en) = match action {
        AuditAction::ProfileMade => ("Профиль создан", "Profile created"),
        AuditAction::ProfileChanged => ("Профиль изменён", "Profile changed"),
        AuditAction::ProfileCopied => ("Профиль скопирован", "Profile duplicated"),
        AuditAction::ProfileEnabled => ("Профиль включён", "Profile enabled"),
        AuditAction::ProfileDisabled => ("Профиль выключен", "Profile disabled"),
        AuditAction::ProfileKey => ("Новая ссылка профиля", "New profile URL"),
        AuditAction::ProfileImported => ("Профиль импортирован", "Profile imported"),
        AuditAction::ProfileExported => ("Профили экспортированы", "Profiles exported"),
        AuditAction::ProfileTested => ("Отправлено тестовое сообщение", "Test message sent"),
        AuditAction::ProfileDeleted => ("Профиль удалён", "Profile deleted"),
        AuditAction::BotAdded => ("Бот добавлен", "Bot added"),
        AuditAction::BotToken => ("Новый токен бота", "New bot token"),
        AuditAction::BotRemoved => ("Бот удалён", "Bot removed"),
        AuditAction::BookingBotSet => ("Настройки бота записи изменены", "Booking bot settings changed"),
        AuditAction::BookingBotOn => ("Бот записи включён", "Booking bot turned on"),
        AuditAction::BookingBotOff => ("Бот записи выключен", "Booking bot turned off"),
        AuditAction::BookingBotTakenOver => ("Бот отключён от другой программы", "Bot taken over from another program"),
        AuditAction::Replayed => ("Доставки повторены", "Replayed"),
        AuditAction::Cancelled => ("Отправка отменена", "Cancelled"),
        AuditAction::BulkStopped => ("Массовое действие остановлено", "Bulk action stopped"),
        AuditAction::LogExported => ("Доставки сохранены в файл", "Deliveries exported"),
        AuditAction::CustomerErased => ("Данные клиента стёрты", "Customer data erased"),
        AuditAction::CustomerExported => ("Данные клиента сохранены в файл", "Customer data exported"),
        AuditAction::CustomerStopped => ("Сообщения клиенту остановлены", "Messages to a customer stopped"),
        AuditAction::SandboxCleared => ("Песочница очищена", "Sandbox cleared"),
        AuditAction::AccountMade => ("Аккаунт создан", "Account created"),
        AuditAction::RoleChanged => ("Роль изменена", "Role changed"),
        AuditAction::AccountRemoved => ("Аккаунт удалён", "Account removed"),
        AuditAction::SignedIn => ("Вход", "Signed in"),
        AuditAction::SignInFailed => ("Неудачная попытка входа", "Sign-in failed"),
        AuditAction::FactorFailed => ("Неверный код второго шага", "Wrong second-factor code"),
        AuditAction::SignedOut => ("Выход", "Signed out"),
        AuditAction::PasswordChanged => ("Пароль изменён", "Password changed"),
        AuditAction::PasswordReset => ("Пароль сброшен", "Password reset"),
        AuditAction::SetupLink => ("Создана ссылка для первого администратора", "Link for the first admin created"),
        AuditAction::SignInLink => ("Создана ссылка для входа", "Sign-in link created"),
        AuditAction::ResetAsked => ("Запрошен сброс пароля", "Password reset requested"),
        AuditAction::FactorOn => ("Второй шаг включён", "Second factor turned on"),
        AuditAction::FactorOff => ("Второй шаг выключен", "Second factor turned off"),
        AuditAction::RecoveryCodes => ("Новые коды восстановления", "New recovery codes"),
        AuditAction::RecoveryUsed => ("Использован код восстановления", "Recovery code used"),
        AuditAction::SessionsEnded => ("Сессии завершены", "Sessions ended"),
        AuditAction::Invited => ("Создано приглашение", "Invited"),
        AuditAction::InvitationRevoked => ("Приглашение отозвано", "Invitation revoked"),
        AuditAction::InvitationAccepted => ("Приглашение принято", "Invitation accepted"),
        AuditAction::SettingsChanged => ("Настройки изменены", "Settings changed"),
        AuditAction::KeyChanged => ("Ключ шифрования изменён", "Encryption key changed"),
        AuditAction::MailTested => ("Отправлено пробное письмо", "Test email sent"),
    };
    Bilingual { ru, en }.get(language)
}
