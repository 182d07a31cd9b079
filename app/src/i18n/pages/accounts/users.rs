//! Texts of users: accounts and invitations.

use hookgram::role::Role;

use crate::i18n::{word_set, words};

word_set! {
    /// The pages of users.
    UserWords {
        title: "Люди", "People";
        why: "Кто может войти и что ему можно.", "Who can sign in, and what they may do.";
        person: "Человек", "Person";
        you: "это вы", "you";
        role: "Роль", "Role";
        factor: "Второй шаг", "Second step";
        factor_on: "Включён", "On";
        factor_off: "Нет", "Off";
        seen: "Был здесь", "Last seen";
        never: "Ещё не входил", "Never yet";
        change: "Изменить", "Change";
        change_of: "Изменить:", "Change:";

        admin: "Администратор", "Admin";
        admin_may: "Всё: люди, настройки, журнал действий и всё, что может оператор.", "Everything: people, settings, the audit, and all that an operator may.";
        operator: "Оператор", "Operator";
        operator_may: "Профили, доставки, повторная отправка. Без людей и настроек.", "Profiles, deliveries, sending again. No people and no settings.";
        viewer: "Наблюдатель", "Viewer";
        viewer_may: "Смотрит, ничего не меняет. Тексты и чаты клиентов скрыты, если настройки не разрешают.", "Looks, and changes nothing. Customers' texts and chats are hidden unless the settings allow them.";

        invite: "Пригласить", "Invite";
        invite_why: "Человек откроет ссылку, придумает пароль и сразу войдёт.", "They open a link, choose a password, and are in.";
        email: "Почта", "E-mail";
        invite_do: "Создать приглашение", "Make an invitation";
        email_wrong: "Это не похоже на почтовый адрес.", "This does not look like an e-mail address.";
        email_taken: "У этого человека уже есть аккаунт.", "They have an account already.";
        role_meanwhile: "Роль только что изменил кто-то ещё. Выберите снова, если нужна другая. Сейчас:", "Somebody else has just changed the role. Choose again if it should be another one. It is now:";
        role_wrong: "Выберите роль.", "Choose a role.";
        invited_title: "Приглашение готово", "The invitation is ready";
        invited_why: "Ссылка для", "The link for";
        invited_once: "Она показана один раз, действует до указанного времени и сработает один раз.", "It is shown once, works until the time below, and only once.";
        invited_link: "Ссылка-приглашение", "Invitation link";
        invited_until: "Действует до", "Works until";
        mailed: "Письмо со ссылкой отправлено.", "A mail with the link is sent.";
        not_mailed: "Почта не настроена: передайте ссылку сами.", "Mail is not configured: hand the link over yourself.";
        mail_failed: "Письмо не ушло, передайте ссылку сами. Почтовый сервер ответил:", "The mail was not sent, hand the link over yourself. The mail server answered:";
        to_people: "К людям", "To people";
        open_title: "Ещё не принятые приглашения", "Invitations not accepted yet";
        made_by: "Пригласил", "Invited by";
        until: "Действует до", "Works until";
        revoke: "Отозвать", "Revoke";

        role_title: "Что можно", "What they may do";
        role_why: "После смены роли человек войдёт заново.", "After a change they sign in anew.";
        role_do: "Изменить роль", "Change the role";
        remove_title: "Удалить аккаунт", "Remove the account";
        remove_sessions: "Все сессии завершатся сразу.", "All sessions end at once.";
        remove_work: "Профили и всё сделанное останутся.", "Profiles, and all that they did, stay.";
        remove_again: "Вернуть можно только новым приглашением.", "Only a new invitation brings them back.";
        remove_do: "Удалить", "Remove";
        last_admin: "Это последний администратор: сначала дайте эту роль кому-нибудь ещё.", "This is the last admin: first give somebody else that role.";
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
