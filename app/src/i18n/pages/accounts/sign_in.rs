//! Texts of the pages before sign-in: signing in, the first account, an invitation, a new password.

use crate::i18n::word_set;

word_set! {
    /// The pages before sign-in.
    SignInWords {
        title: "Вход", "Sign in";
        why: "Панель Hookgram: профили вебхуков и их сообщения.", "Hookgram: webhook profiles and their messages.";
        email: "Почта", "Email";
        password: "Пароль", "Password";
        new_password: "Новый пароль", "New password";
        password_help: "Не короче 12 символов. Лучше всего — несколько несвязанных слов.", "At least 12 characters. A few unrelated words are best.";
        submit: "Войти", "Sign in";
        forgot: "Забыли пароль?", "Forgot your password?";
        wrong: "Почта или пароль не подходят. Проверьте раскладку и попробуйте ещё раз.", "Wrong email or password. Check the keyboard layout and try again.";
        too_late: "Прошло больше пяти минут или было слишком много попыток. Войдите заново.", "More than five minutes have passed, or there were too many attempts. Sign in again.";
        bad_email: "Это не похоже на адрес почты: нужно имя, @ и домен с точкой.", "This does not look like an email address: it needs a name, an @ and a domain with a dot.";
        insecure: "Похоже, страница открыта без https. Войти отсюда не получится: cookie для входа защищена (Secure), и без https браузер её не сохранит. Откройте", "This page seems to have been opened without https. You cannot sign in from here: the sign-in cookie is Secure, and browsers do not keep it without https. Open";
        no_account: "Аккаунтов ещё нет, войти пока некому", "There is no account yet, so nobody can sign in";
        no_account_where: "Откройте ссылку для первого администратора. hookgram serve печатает её при запуске: она в терминале, где он запущен, или в журнале службы. Если её уже не найти, перезапустите Hookgram: он напечатает новую.", "Open the link for the first admin. hookgram serve prints it on start: look in the terminal where it runs, or in the service's journal. If you cannot find it any more, restart Hookgram: it prints a new one.";
        no_account_else: "Или создайте аккаунт командой на сервере:", "Or create an account on the server with the command:";
        no_account_email: "ПОЧТА", "EMAIL";
        setup_title: "Первый администратор", "The first admin";
        setup_why: "С этим адресом и паролем вы будете входить. Ссылка сработает один раз.", "You will sign in with this address and password. The link works once.";
        setup_submit: "Создать и войти", "Create and sign in";
        setup_closed_why: "Она одноразовая. Если аккаунта ещё нет, перезапустите Hookgram: он напечатает новую.", "It works once. If there is no account yet, restart Hookgram: it prints a new one.";
        closed_title: "Ссылка больше не действует", "This link no longer works";
        invite_title: "Вас пригласили", "You are invited";
        invite_why: "Придумайте пароль, и аккаунт готов. Ваша роль: {}.", "Choose a password, and your account is ready. Your role: {}.";
        invite_submit: "Создать аккаунт и войти", "Create the account and sign in";
        invite_closed_why: "Приглашение уже принято, отозвано или устарело. Попросите администратора пригласить вас ещё раз.", "The invitation has been accepted or revoked, or has expired. Ask an admin to invite you again.";
        forgot_title: "Новый пароль", "New password";
        forgot_why: "Пришлём ссылку, по которой можно задать новый пароль.", "We will send you a link to set a new one.";
        forgot_submit: "Прислать ссылку", "Send link";
        forgot_sent_title: "Проверьте почту", "Check your email";
        forgot_sent_why: "Если у этого адреса есть аккаунт, письмо со ссылкой уже отправлено. Ссылка действует час и сработает один раз.", "If this address has an account, an email with a link is on its way. The link works once, within an hour.";
        forgot_sent_more: "Письма нет? Загляните в спам и проверьте адрес. Больше трёх писем в час на один аккаунт мы не отправляем.", "No email? Check the spam folder and the address. We send at most three emails an hour per account.";
        forgot_no_mail_why: "Почта здесь не настроена, поэтому отправить письмо нельзя.", "Email is not set up here, so no message can be sent.";
        forgot_ask: "Попросите администратора создать для вас ссылку. Для этого на сервере есть команда:", "Ask an admin to create a link for you. The command on the server is:";
        back: "Вернуться ко входу", "Back to sign-in";
        reset_title: "Новый пароль", "New password";
        reset_why: "После смены пароля все открытые сессии этого аккаунта завершатся.", "Changing the password ends all open sessions of this account.";
        reset_submit: "Сменить пароль и войти", "Change password and sign in";
        reset_closed_why: "Ссылка на смену пароля одноразовая и действует недолго. Запросите новую.", "A password link works once and expires soon. Request a new one.";
        second_title: "Второй шаг", "Second factor";
        second_why: "Введите код из приложения на телефоне.", "Enter the code from the app on your phone.";
        code: "Код из приложения", "Code from the app";
        code_help: "Шесть цифр; меняются каждые полминуты.", "Six digits that change every half minute.";
        wrong_code: "Код не подошёл. Дождитесь следующего и проверьте, что часы на телефоне идут верно.", "The code did not match. Wait for the next one, and check that your phone's clock is right.";
        factor_locked: "Код сейчас не проверить: на сервере другой ключ шифрования. Войдите с кодом восстановления. Если кодов нет, попросите администратора выполнить на сервере hookgram user second-factor-off с вашим адресом.", "The code cannot be checked now: the server has another encryption key. Sign in with a recovery code. If you have none, ask an admin to run hookgram user second-factor-off with your address on the server.";
        no_phone: "Телефона нет под рукой", "Don't have your phone?";
        recovery: "Код восстановления", "Recovery code";
        recovery_help: "Один из десяти кодов, которые вы сохранили. Каждый срабатывает один раз.", "One of the ten codes you saved. Each works once.";
        wrong_recovery: "Такого кода нет, или он уже использован.", "There is no such code, or it has already been used.";
        go_on: "Продолжить", "Continue";
    }
}

word_set! {
    /// The page on which the owner of an address allows or refuses error mails.
    ConfirmEmailWords {
        asked_title: "Письма о сбоях", "Error emails";
        asked_why: "Присылать на {} письмо, если сообщение клиенту в Telegram не дошло?", "Send an email to {} when a Telegram message to a customer is not delivered?";
        asked_help: "Если вы не знаете, о чём речь, просто закройте страницу: такие письма приходить не будут.", "If you do not know what this is about, just close the page: no such emails will be sent.";
        confirm: "Присылать", "Send them";
        refuse: "Не присылать", "Do not send them";
        confirmed_title: "Адрес подтверждён", "Address confirmed";
        confirmed_why: "Если сообщение клиенту не дойдёт, письмо об этом придёт на {}.", "When a message to a customer is not delivered, an email about it goes to {}.";
        confirmed_help: "О том, что не дошло раньше, письма не будет. Отказаться можно и позже: ссылка есть в каждом письме.", "There will be no email about earlier failures. You can unsubscribe later: every email has a link for that.";
        stop: "Отказаться от писем", "Unsubscribe";
        stopped_title: "Писем больше не будет", "No more emails";
        stopped_why: "На {} больше не придут ни письма о сбоях, ни просьбы подтвердить адрес.", "{} will get neither error emails nor confirmation requests any more.";
        again: "Снова присылать", "Send them again";
        closed_why: "Ссылка устарела или скопирована не целиком. Когда сообщение снова не дойдёт, на почту придёт новая.", "It has expired, or was not copied completely. When a message fails again, a new link is emailed.";
    }
}

word_set! {
    /// Why a password is refused.
    PasswordWords {
        short: "Нужно не меньше 12 символов.", "Use at least 12 characters.";
        long: "Слишком длинный: не больше 1024 байт.", "Too long: at most 1,024 bytes.";
        keys: "Это соседние клавиши подряд: такое подбирают в первую очередь. Возьмите несколько несвязанных слов.", "These keys are next to each other: that is guessed first. Use a few unrelated words.";
        repeats: "Одно и то же повторяется, поэтому длина не помогает. Возьмите несколько разных слов.", "The same thing is repeated, so the length does not help. Use a few different words.";
        common: "Этот пароль есть в списках самых частых. Возьмите несколько несвязанных слов.", "This is one of the most common passwords. Use a few unrelated words.";
        sequence: "Буквы или цифры идут по порядку, как «абвгд» или «12345». Возьмите несколько несвязанных слов.", "The letters or digits are in sequence, like “abcde” or “12345”. Use a few unrelated words.";
        dates: "Даты и годы легко подобрать. Добавьте пару слов, с ними не связанных.", "Dates and years are easy to guess. Add a couple of unrelated words.";
        word: "Одно слово или имя легко подобрать. Добавьте ещё два-три, с ним не связанных.", "A single word or name is easy to guess. Add two or three unrelated ones.";
        own: "В пароле ваш адрес или название программы: это попробуют первым. Возьмите другие слова.", "The password contains your address or the product's name: that is tried first. Use other words.";
        guessable: "Такой пароль легко подобрать. Добавьте ещё одно-два слова.", "This password is easy to guess. Add another word or two.";
    }
}

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordFault {
    /// Fewer than 12 characters.
    Short,
    /// More than 1,024 bytes.
    Long,
    /// Neighbouring keys of the keyboard.
    Keys,
    /// The same text repeated.
    Repeats,
    /// A commonly used password.
    Common,
    /// Letters or digits in sequence.
    Sequence,
    /// A date or a year.
    Dates,
    /// A single word or name.
    Word,
    /// The owner's address or the name of the product.
    Own,
    /// Easy to guess in another way.
    Guessable,
}

impl PasswordFault {
    /// The sentence.
    #[must_use]
    pub fn sentence(self, language: hookgram::values::Language) -> &'static str {
        let w: &PasswordWords = crate::i18n::Words::of(language);
        match self {
            Self::Short => w.short,
            Self::Long => w.long,
            Self::Keys => w.keys,
            Self::Repeats => w.repeats,
            Self::Common => w.common,
            Self::Sequence => w.sequence,
            Self::Dates => w.dates,
            Self::Word => w.word,
            Self::Own => w.own,
            Self::Guessable => w.guessable,
        }
    }
}
