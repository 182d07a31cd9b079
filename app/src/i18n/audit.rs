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
        AuditObject::Customer => ("Данные клиентов", "Customers' data"),
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
        AuditAction::ProfileMade => ("Профиль создан", "Profile made"),
        AuditAction::ProfileChanged => ("Профиль изменён", "Profile changed"),
        AuditAction::ProfileCopied => ("Профиль скопирован", "Profile duplicated"),
        AuditAction::ProfileEnabled => ("Профиль включён", "Profile switched on"),
        AuditAction::ProfileDisabled => ("Профиль выключен", "Profile switched off"),
        AuditAction::ProfileKey => ("Новая ссылка профиля", "New URL of a profile"),
        AuditAction::ProfileImported => ("Профиль загружен из файла", "Profile imported"),
        AuditAction::ProfileExported => ("Профили сохранены в файл", "Profiles exported"),
        AuditAction::ProfileTested => ("Отправлено тестовое сообщение", "Test message sent"),
        AuditAction::ProfileDeleted => ("Профиль удалён", "Profile deleted"),
        AuditAction::BotAdded => ("Бот добавлен", "Bot added"),
        AuditAction::BotToken => ("Новый токен бота", "New token of a bot"),
        AuditAction::BotRemoved => ("Бот удалён", "Bot removed"),
        AuditAction::BookingBotSet => ("Настройки бота записи изменены", "Booking bot's settings changed"),
        AuditAction::BookingBotOn => ("Бот записи включён", "Booking bot switched on"),
        AuditAction::BookingBotOff => ("Бот записи выключен", "Booking bot switched off"),
        AuditAction::BookingBotTakenOver => ("Бот отключён от другой программы", "Bot taken over from another program"),
        AuditAction::Replayed => ("Отправлено повторно", "Sent again"),
        AuditAction::Cancelled => ("Отправка отменена", "Cancelled"),
        AuditAction::BulkStopped => ("Массовое действие остановлено", "Work on many stopped"),
        AuditAction::LogExported => ("Журнал сохранён в файл", "Log exported"),
        AuditAction::CustomerErased => ("Данные клиента стёрты", "Customer's data erased"),
        AuditAction::CustomerExported => ("Данные клиента сохранены в файл", "Customer's data exported"),
        AuditAction::CustomerStopped => ("Сообщения клиенту остановлены", "Messages to a customer stopped"),
        AuditAction::SandboxCleared => ("Песочница очищена", "Sandbox cleared"),
        AuditAction::AccountMade => ("Аккаунт создан", "Account made"),
        AuditAction::RoleChanged => ("Роль изменена", "Role changed"),
        AuditAction::AccountRemoved => ("Аккаунт удалён", "Account removed"),
        AuditAction::SignedIn => ("Вход", "Signed in"),
        AuditAction::SignInFailed => ("Неудачная попытка входа", "Sign-in failed"),
        AuditAction::FactorFailed => ("Неверный код второго шага", "Wrong code of the second step"),
        AuditAction::SignedOut => ("Выход", "Signed out"),
        AuditAction::PasswordChanged => ("Пароль изменён", "Password changed"),
        AuditAction::PasswordReset => ("Пароль сброшен", "Password reset"),
        AuditAction::SetupLink => ("Создана ссылка для первого администратора", "Link for the first admin made"),
        AuditAction::SignInLink => ("Создана ссылка для входа", "Sign-in link made"),
        AuditAction::ResetAsked => ("Запрошен сброс пароля", "Password reset asked for"),
        AuditAction::FactorOn => ("Второй шаг включён", "Second step turned on"),
        AuditAction::FactorOff => ("Второй шаг выключен", "Second step turned off"),
        AuditAction::RecoveryCodes => ("Новые коды восстановления", "New recovery codes"),
        AuditAction::RecoveryUsed => ("Использован код восстановления", "Recovery code used"),
        AuditAction::SessionsEnded => ("Сессии завершены", "Sessions ended"),
        AuditAction::Invited => ("Отправлено приглашение", "Invited"),
        AuditAction::InvitationRevoked => ("Приглашение отозвано", "Invitation revoked"),
        AuditAction::InvitationAccepted => ("Приглашение принято", "Invitation accepted"),
        AuditAction::SettingsChanged => ("Настройки изменены", "Settings changed"),
        AuditAction::KeyChanged => ("Ключ шифрования сменён", "Sealing key changed"),
        AuditAction::MailTested => ("Отправлено пробное письмо", "Test mail sent"),
    };
    Bilingual { ru, en }.get(language)
}
