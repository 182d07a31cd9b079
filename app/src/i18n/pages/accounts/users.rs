//! Texts of users: accounts and invitations.

use hookgram::role::Role;

use crate::i18n::{word_set, words};

word_set! {
    /// The pages of users.
    UserWords {
        title: "Люди", "People";
        why: "Кто может войти и что ему можно.", "Who can sign in, and what they can do.";
        person: "Пользователь", "Person";
        you: "это вы", "you";
        role: "Роль", "Role";
        factor: "Второй шаг", "Second factor";
        factor_on: "Включён", "On";
        factor_off: "Нет", "Off";
        seen: "Последний вход", "Last seen";
        never: "Ещё не входил", "Never";
        change: "Изменить", "Change";
        change_of: "Изменить:", "Change:";

        admin: "Администратор", "Admin";
        admin_may: "Всё: люди, настройки, журнал действий и всё, что может оператор.", "Everything: people, settings, the audit log, and all that an operator can do.";
        operator: "Оператор", "Operator";
        operator_may: "Профили, доставки, повторы. Без людей и настроек.", "Profiles, deliveries, replays. No people and no settings.";
        viewer: "Наблюдатель", "Viewer";
        viewer_may: "Смотрит, ничего не меняет. Тексты и чаты клиентов скрыты, если настройки не разрешают.", "Can look but not change anything. Customers' texts and chats are hidden unless the settings allow them.";

        invite: "Пригласить", "Invite";
        invite_why: "Человек откроет ссылку, придумает пароль и сразу войдёт.", "They open a link, choose a password, and are signed in.";
        email: "Почта", "Email";
        invite_do: "Создать приглашение", "Create invitation";
        email_wrong: "Это не похоже на почтовый адрес.", "This does not look like an email address.";
        email_taken: "У этого человека уже есть аккаунт.", "This person already has an account.";
        role_meanwhile: "Роль только что изменил кто-то ещё. Если нужна другая, выберите снова. Сейчас:", "Someone else has just changed the role. Choose again if you want another one. It is now:";
        role_wrong: "Выберите роль.", "Choose a role.";
        invited_title: "Приглашение готово", "Invitation created";
        invited_why: "Ссылка для", "Link for";
        invited_once: "Ссылка показана один раз, действует до указанного времени и сработает один раз.", "It is shown only once, and works once, until the time below.";
        invited_link: "Ссылка-приглашение", "Invitation link";
        invited_until: "Действует до", "Valid until";
        mailed: "Письмо со ссылкой отправлено.", "An email with the link was sent.";
        not_mailed: "Почта не настроена: передайте ссылку сами.", "Email is not set up: pass the link on yourself.";
        mail_failed: "Письмо не отправлено, передайте ссылку сами. Ошибка:", "The email was not sent, pass the link on yourself. Error:";
        to_people: "К списку людей", "To people";
        open_title: "Ещё не принятые приглашения", "Pending invitations";
        made_by: "Пригласил", "Invited by";
        until: "Действует до", "Valid until";
        revoke: "Отозвать", "Revoke";

        role_title: "Что можно", "Role";
        role_why: "После смены роли человеку придётся войти заново.", "After a change they have to sign in again.";
        role_do: "Изменить роль", "Change role";
        remove_title: "Удалить аккаунт", "Remove account";
        remove_sessions: "Все сессии завершатся сразу.", "All sessions end at once.";
        remove_work: "Профили и всё сделанное останутся.", "Profiles and everything they did stay.";
        remove_again: "Вернуть можно только новым приглашением.", "Only a new invitation brings them back.";
        remove_do: "Удалить", "Remove";
        last_admin: "Это последний администратор: сначала дайте эту роль кому-нибудь ещё.", "This is the last admin: first give this role to someone else.";
        locked: "Чтобы приглашать и менять роли, подтвердите, что это вы.", "To invite people and change roles, confirm that it is you.";
        unlock: "Подтвердить", "Confirm";
    }
}

/// The name of a role.
#[must_use]
pub fn role_name(role: Role) -> &'static str {
    let w = words::<UserWords>();
    match role {
        Role::Viewer => w.viewer,
        Role::Operator => w.operator,
        Role::Admin => w.admin,
    }
}

/// The permissions of a role, as a sentence.
#[must_use]
pub fn role_allows(role: Role) -> &'static str {
    let w = words::<UserWords>();
    match role {
        Role::Viewer => w.viewer_may,
        Role::Operator => w.operator_may,
        Role::Admin => w.admin_may,
    }
}
