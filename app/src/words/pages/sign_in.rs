//! Signing in and the first account.

use crate::words::word_set;

word_set! {
    /// Signing in and the first account.
    SignInWords {
        title: "Вход", "Sign in";
        why: "Панель Hookgram: профили вебхуков и их сообщения.", "The Hookgram panel: webhook profiles and their messages.";
        email: "Почта", "E-mail";
        password: "Пароль", "Password";
        password_help: "Не короче 12 символов. Лучше всего — несколько несвязанных слов.", "At least 12 characters. A few unrelated words are best.";
        submit: "Войти", "Sign in";
        setup_title: "Первый администратор", "The first administrator";
        setup_why: "Этим адресом и паролем вы будете входить. Ссылка сработает один раз.", "You will sign in with this address and password. The link works once.";
        setup_submit: "Создать и войти", "Create and sign in";
        setup_closed_title: "Ссылка больше не действует", "This link no longer works";
        setup_closed_why: "Она одноразовая. Если аккаунта ещё нет, перезапустите hookgram: он напечатает новую.", "It works once. If there is no account yet, restart hookgram: it prints a new one.";
        forgot: "Забыли пароль? На сервере выполните: hookgram user reset-password ПОЧТА", "Forgot the password? On the server, run: hookgram user reset-password EMAIL";
        wrong: "Почта или пароль не подходят. Проверьте раскладку и попробуйте ещё раз.", "The address or the password is wrong. Check the keyboard layout and try again.";
        bad_link: "Ссылка уже использована или устарела. Перезапустите hookgram: он напечатает новую.", "The link has been used or is too old. Restart hookgram: it prints a new one.";
        bad_email: "Это не похоже на адрес почты: нужно имя, @ и домен с точкой.", "This does not look like an address: it takes a name, an @ and a domain with a dot.";
        bad_password: "Пароль должен быть не короче 12 символов.", "The password must have at least 12 characters.";
    }
}
