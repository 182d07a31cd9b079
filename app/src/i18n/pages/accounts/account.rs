//! Texts of the reader's own account.

use hookgram::values::{Language, russian_plural};

use crate::i18n::word_set;

word_set! {
    /// The page of the reader's own account.
    AccountWords {
        title: "Аккаунт", "Account";
        why: "Как вы входите, где вы вошли и как показывать вам страницы.", "How you sign in, where you are signed in, and how pages are shown to you.";
        password_title: "Пароль", "Password";
        password_why: "После смены все сессии, кроме этой, закончатся.", "After a change all sessions but this one end.";
        password_none: "Пароля пока нет: вы входите по ссылке.", "There is no password yet: you sign in by a link.";
        current_password: "Нынешний пароль", "Present password";
        wrong_password: "Это не нынешний пароль. Проверьте раскладку.", "This is not the present password. Check the keyboard layout.";
        change_password: "Сменить пароль", "Change the password";
        set_password: "Задать пароль", "Set a password";
        factor_title: "Второй шаг при входе", "A second step when signing in";
        factor_why: "Код из приложения на телефоне: одного украденного пароля тогда мало.", "A code from an app on your phone: a stolen password alone is then not enough.";
        factor_off: "Выключен", "Off";
        factor_on: "Включён", "On";
        factor_since: "с", "since";
        factor_set_up: "Включить", "Turn it on";
        factor_manage: "Настроить", "Manage";
        factor_few: "Кодов восстановления осталось мало: сделайте новые.", "Few recovery codes are left: make new ones.";
        factor_required: "Для вашей роли второй шаг обязателен.", "Your role must have a second step.";
        sessions_title: "Где вы вошли", "Where you are signed in";
        sessions_why: "Незнакомое устройство? Завершите его сессию и смените пароль.", "A device you do not know? End its session and change the password.";
        device: "Устройство", "Device";
        unknown_device: "Неизвестное устройство", "Unknown device";
        address: "Адрес", "Address";
        since: "Вход", "Signed in";
        last_used: "Последнее действие", "Last used";
        this_one: "Эта сессия", "This one";
        end_session: "Завершить", "End";
        end_session_of: "Завершить сессию:", "End the session:";
        end_others: "Завершить все остальные", "End all others";
        end_others_title: "Завершить все остальные сессии?", "End all other sessions?";
        end_others_why: "Везде, кроме этого браузера, придётся войти заново.", "Everywhere but in this browser you will have to sign in again.";
        end_others_none: "Других сессий нет.", "There are no other sessions.";
        back: "К аккаунту", "To the account";
        pages_title: "Как показывать страницы", "How pages are shown";
        pages_why: "Это сохраняется в аккаунте и действует в любом браузере.", "This is kept with your account and holds in any browser.";
        language: "Язык", "Language";
        theme: "Тема", "Theme";
        zone: "Часовой пояс", "Time zone";
        by_browser: "Как в браузере", "As the browser has it";
        light: "Светлая", "Light";
        dark: "Тёмная", "Dark";
        zone_help: "В нём показано время на страницах. В сообщениях клиентам пояс задаёт профиль.", "Pages show times in it. In messages to customers the profile sets the zone.";
        bad_zone: "Такого пояса нет в списке. Выберите из предложенных.", "There is no such zone. Choose one that is offered.";
        main_zones: "Часто выбирают", "Often chosen";
        all_zones: "Все", "All";
        save: "Сохранить", "Save";
        lost_password: "Если забудете пароль, его сменят командой на сервере:", "Should you forget it, a command on the server changes it:";
    }
}

word_set! {
    /// The second factor.
    FactorWords {
        title: "Второй шаг при входе", "A second step when signing in";
        set_up_why: "Кроме пароля понадобится код из приложения на вашем телефоне.", "Besides the password you will need a code from an app on your phone.";
        locked: "Код из приложения сейчас не проверить: на сервере другой ключ шифрования. Выключите второй шаг и включите снова; подтвердить, что это вы, можно кодом восстановления.", "The app's code cannot be checked now: the server has another sealing key. Turn the second step off and on again; a recovery code proves that it is you.";
        required: "Для вашей роли второй шаг обязателен: остальные страницы откроются, когда вы его включите.", "Your role must have a second step: the other pages open once you have turned it on.";
        step_app: "Откройте на телефоне приложение для кодов: Google Authenticator, Aegis, 2FAS, Яндекс Ключ или любое другое.", "On your phone, open an app for codes: Google Authenticator, Aegis, 2FAS, 1Password or any other.";
        step_scan: "Добавьте в нём новый аккаунт и наведите камеру на этот код.", "Add a new account in it and point the camera at this code.";
        step_code: "Введите шесть цифр, которые покажет приложение.", "Type the six digits that the app shows.";
        qr: "QR-код для приложения", "QR code for the app";
        by_hand: "Камера не читает код? Введите этот ключ в приложении вручную:", "The camera does not read the code? Type this key into the app:";
        turn_on: "Включить", "Turn it on";
        stale: "Страница устарела, здесь уже новый ключ. Добавьте его в приложение ещё раз.", "The page was too old; here is a new key. Add it to the app once more.";
        on: "Включён", "On";
        since: "с", "since";
        codes_left: "Коды восстановления", "Recovery codes";
        codes_why: "Пригодятся, если телефон потеряется. Каждый срабатывает один раз.", "They help when the phone is lost. Each works once.";
        new_codes: "Сделать новые коды", "Make new codes";
        new_codes_why: "Прежние перестанут действовать.", "The earlier ones stop working.";
        off_title: "Выключить второй шаг", "Turn the second step off";
        off_why: "Для входа снова хватит одного пароля. Остальные сессии закончатся.", "The password alone is then enough to sign in. Other sessions end.";
        off_required: "Для вашей роли второй шаг обязателен. Чтобы перенести его на другой телефон, выключите и сразу включите заново.", "Your role must have a second step. To move it to another phone, turn it off and on again at once.";
        turn_off: "Выключить", "Turn it off";
        codes_title: "Сохраните коды восстановления", "Keep your recovery codes";
        codes_once: "Больше мы их не покажем. Распечатайте или положите в менеджер паролей: без телефона войти можно только по ним.", "They are not shown again. Print them or put them into a password manager: without the phone they are the only way in.";
        codes_label: "Коды восстановления", "Recovery codes";
        codes_kept: "Коды сохранены", "I have kept them";
        copy: "Копировать", "Copy";
        copied: "Скопировано", "Copied";
    }
}

word_set! {
    /// Re-authentication before an important change.
    ConfirmWords {
        title: "Подтвердите, что это вы", "Confirm that it is you";
        why: "Дальше — важное действие. Потом десять минут спрашивать не будем.", "What follows is important. For ten minutes after this you are not asked again.";
        submit: "Подтвердить", "Confirm";
        back: "Отмена", "Cancel";
    }
}

/// The number of recovery codes left.
#[must_use]
pub fn codes_left(language: Language, left: i64) -> String {
    match language {
        Language::Ru => {
            let n = u64::try_from(left).unwrap_or_default();
            format!("{}: {left} из 10", russian_plural(n, ["Остался", "Осталось", "Осталось"]))
        }
        Language::En => format!("{left} of 10 left"),
    }
}
