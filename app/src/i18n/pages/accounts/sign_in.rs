//! Texts of the pages before sign-in: signing in, the first account, an invitation, a new password.

use crate::i18n::word_set;

word_set! {
    /// The pages before sign-in.
    SignInWords {
        title: "Вход", "Sign in";
        why: "Панель Hookgram: профили вебхуков и их сообщения.", "The Hookgram panel: webhook profiles and their messages.";
        email: "Почта", "E-mail";
        password: "Пароль", "Password";
        new_password: "Новый пароль", "New password";
        password_help: "Не короче 12 символов. Лучше всего — несколько несвязанных слов.", "At least 12 characters. A few unrelated words are best.";
        submit: "Войти", "Sign in";
        forgot: "Забыли пароль?", "Forgot your password?";
        wrong: "Почта или пароль не подходят. Проверьте раскладку и попробуйте ещё раз.", "The address or the password is wrong. Check the keyboard layout and try again.";
        too_late: "Прошло больше пяти минут или было слишком много попыток. Войдите заново.", "More than five minutes have passed, or there were too many tries. Sign in again.";
        bad_email: "Это не похоже на адрес почты: нужно имя, @ и домен с точкой.", "This does not look like an address: it takes a name, an @ and a domain with a dot.";
        insecure: "Похоже, страница открыта без https. Войти отсюда не получится: cookie входа защищена (Secure), и без https браузер её не сохраняет. Откройте", "This page seems to have been opened without https. Signing in does not work from here: the sign-in cookie is Secure, and without https the browser does not keep it. Open";
        no_account: "Аккаунтов ещё нет, войти пока некому", "There is no account yet, so nobody can sign in";
        no_account_where: "Откройте ссылку для первого администратора. hookgram serve печатает её при запуске: она в терминале, где он запущен, или в журнале службы. Если её уже не найти, перезапустите Hookgram: он напечатает новую.", "Open the link for the first administrator. hookgram serve prints it at its start: it is in the terminal where it runs, or in the journal of the service. If it cannot be found any more, restart Hookgram: it prints a new one.";
        no_account_else: "Или создайте аккаунт на сервере командой:", "Or make an account on the server by the command:";
        no_account_email: "ПОЧТА", "EMAIL";
        setup_title: "Первый администратор", "The first administrator";
        setup_why: "Этим адресом и паролем вы будете входить. Ссылка сработает один раз.", "You will sign in with this address and password. The link works once.";
        setup_submit: "Создать и войти", "Create and sign in";
        setup_closed_why: "Она одноразовая. Если аккаунта ещё нет, перезапустите hookgram: он напечатает новую.", "It works once. If there is no account yet, restart hookgram: it prints a new one.";
        closed_title: "Ссылка больше не действует", "This link no longer works";
        invite_title: "Вас пригласили", "You are invited";
        invite_why: "Придумайте пароль, и аккаунт готов. Ваша роль: {}.", "Choose a password, and your account is ready. Your role: {}.";
        invite_submit: "Создать аккаунт и войти", "Create the account and sign in";
        invite_closed_why: "Приглашение уже принято, отозвано или устарело. Попросите администратора пригласить вас ещё раз.", "The invitation has been accepted or taken back, or it is too old. Ask an administrator to invite you again.";
        forgot_title: "Новый пароль", "A new password";
        forgot_why: "Пришлём ссылку, по которой его можно задать.", "You will get a link to set one.";
        forgot_submit: "Прислать ссылку", "Send the link";
        forgot_sent_title: "Проверьте почту", "Check your mail";
        forgot_sent_why: "Если у этого адреса есть аккаунт, письмо со ссылкой уже в пути. Ссылка действует час и сработает один раз.", "If this address has an account, a mail with a link is on its way. The link works for an hour, once.";
        forgot_sent_more: "Письма нет? Загляните в спам и проверьте адрес. Больше трёх писем в час на один аккаунт не отправляем.", "No mail? Look into the spam folder and check the address. No more than three mails an hour go out for one account.";
        forgot_no_mail_why: "Отправка почты здесь не настроена, поэтому письмо прислать нельзя.", "Mail is not set up here, so no letter can be sent.";
        forgot_ask: "Попросите администратора сделать для вас ссылку. На сервере он выполнит:", "Ask an administrator to make a link for you. On the server they run:";
        back: "Вернуться ко входу", "Back to signing in";
        reset_title: "Новый пароль", "A new password";
        reset_why: "После смены пароля все открытые сессии этого аккаунта закончатся.", "Once the password is changed, all open sessions of this account end.";
        reset_submit: "Сменить пароль и войти", "Change the password and sign in";
        reset_closed_why: "Ссылка на смену пароля одноразовая и действует недолго. Запросите новую.", "A link for a new password works once and not for long. Ask for a new one.";
        second_title: "Второй шаг", "The second step";
        second_why: "Введите код из приложения на телефоне.", "Type the code from the app on your phone.";
        code: "Код из приложения", "Code from the app";
        code_help: "Шесть цифр; меняется каждые полминуты.", "Six digits; it changes every half minute.";
        wrong_code: "Код не подошёл. Дождитесь следующего и проверьте, что часы телефона идут верно.", "The code did not match. Wait for the next one, and check that the phone's clock is right.";
        factor_locked: "Код сейчас не проверить: на сервере другой ключ шифрования. Войдите с кодом восстановления. Если кодов нет, попросите администратора выполнить на сервере hookgram user second-factor-off с вашим адресом.", "The code cannot be checked now: the server has another sealing key. Sign in with a recovery code. If you have none, ask an administrator to run hookgram user second-factor-off with your address on the server.";
        no_phone: "Телефона нет под рукой", "The phone is not at hand";
        recovery: "Код восстановления", "Recovery code";
        recovery_help: "Один из десяти кодов, которые вы сохранили. Каждый срабатывает один раз.", "One of the ten codes that you have kept. Each works once.";
        wrong_recovery: "Такого кода нет, или он уже использован.", "There is no such code, or it has been used.";
        go_on: "Продолжить", "Go on";
    }
}

word_set! {
    /// The page on which the owner of an address allows or refuses error mails.
    ConfirmEmailWords {
        asked_title: "Письма о сбоях", "Error mails";
        asked_why: "Присылать на {} письмо, когда сообщение клиенту в Telegram не дошло?", "Send a mail to {} when a message to a customer in Telegram does not arrive?";
        asked_help: "Если вы не знаете, о чём речь, просто закройте страницу: такие письма приходить не будут.", "If you do not know what this is about, just close the page: no such mails will come.";
        confirm: "Присылать", "Send them";
        refuse: "Не присылать", "Do not send them";
        confirmed_title: "Адрес подтверждён", "The address is confirmed";
        confirmed_why: "Если сообщение клиенту не дойдёт, письмо об этом придёт на {}.", "When a message to a customer does not arrive, a mail about it goes to {}.";
        confirmed_help: "О том, что не дошло раньше, письма не будет. Отказаться можно и позже: ссылка есть в каждом письме.", "What failed before now is not mailed. You can stop the mails later, too: each has a link for that.";
        stop: "Отказаться от писем", "Stop the mails";
        stopped_title: "Писем больше не будет", "No more mails";
        stopped_why: "На {} больше не придут ни письма о сбоях, ни просьбы подтвердить адрес.", "Neither error mails nor requests for a confirmation go to {} any more.";
        again: "Снова присылать", "Send them again";
        closed_why: "Срок её действия вышел, или адрес скопирован не целиком. Когда сообщение снова не дойдёт, на почту придёт новая ссылка.", "It is too old, or the address was not copied whole. When a message fails to arrive again, a new link is mailed.";
    }
}

word_set! {
    /// Why a password is refused.
    PasswordWords {
        short: "Нужно не меньше 12 символов.", "It takes at least 12 characters.";
        long: "Слишком длинный: не больше 1024 байт.", "Too long: at most 1,024 bytes.";
        keys: "Это соседние клавиши подряд: такое подбирают в первую очередь. Возьмите несколько несвязанных слов.", "These keys stand in a row: that is what is guessed first. Take a few unrelated words.";
        repeats: "Одно и то же повторяется, поэтому длина не помогает. Возьмите несколько разных слов.", "The same is repeated, so that the length does not help. Take a few different words.";
        common: "Этот пароль есть в списках самых частых. Возьмите несколько несвязанных слов.", "This is on the lists of the most common passwords. Take a few unrelated words.";
        sequence: "Буквы или цифры идут по порядку, как «абвгд» или «12345». Возьмите несколько несвязанных слов.", "Letters or digits follow their order, as in “abcde” or “12345”. Take a few unrelated words.";
        dates: "Даты и годы легко подобрать. Добавьте пару слов, с ними не связанных.", "Dates and years are easy to guess. Add two words that have nothing to do with them.";
        word: "Одно слово или имя легко подобрать. Добавьте ещё два-три, с ним не связанных.", "A single word or name is easy to guess. Add two or three that have nothing to do with it.";
        own: "В пароле ваш адрес или название программы: это попробуют первым. Возьмите другие слова.", "The password holds your address or the name of the program: that is tried first. Take other words.";
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
