//! Texts of the reader's own account.

use hookgram::values::{Language, russian_plural};

use crate::i18n::word_set;

word_set! {
    /// The page of the reader's own account.
    AccountWords {
        title: "Аккаунт", "Account";
        why: "Как вы входите, где вы вошли и как показывать вам страницы.", "How you sign in, where you are signed in, and how pages are displayed.";
        password_title: "Пароль", "Password";
        password_why: "После смены пароля все остальные сессии завершатся.", "Changing it ends all other sessions.";
        password_none: "Пароля пока нет: вы входите по ссылке.", "No password yet: you sign in with a link.";
        current_password: "Текущий пароль", "Current password";
        wrong_password: "Это не текущий пароль. Проверьте раскладку.", "This is not the current password. Check the keyboard layout.";
        change_password: "Сменить пароль", "Change password";
        set_password: "Задать пароль", "Set a password";
        factor_title: "Второй шаг при входе", "Second factor";
        factor_why: "Код из приложения на телефоне: украденного пароля будет недостаточно.", "A code from an app on your phone: a stolen password alone is not enough.";
        factor_off: "Выключен", "Off";
        factor_on: "Включён", "On";
        factor_since: "с", "since";
        factor_set_up: "Включить", "Turn on";
        factor_manage: "Настроить", "Manage";
        factor_few: "Кодов восстановления осталось мало: создайте новые.", "Few recovery codes are left: create new ones.";
        factor_required: "Для вашей роли второй шаг обязателен.", "A second factor is required for your role.";
        sessions_title: "Где вы вошли", "Where you are signed in";
        sessions_why: "Незнакомое устройство? Завершите его сессию и смените пароль.", "Don't recognize a device? End its session and change your password.";
        device: "Устройство", "Device";
        unknown_device: "Неизвестное устройство", "Unknown device";
        address: "Адрес", "Address";
        since: "Вход", "Signed in";
        last_used: "Последнее действие", "Last used";
        this_one: "Эта сессия", "This session";
        end_session: "Завершить", "End";
        end_session_of: "Завершить сессию:", "End session:";
        end_others: "Завершить все остальные", "End all others";
        end_others_title: "Завершить все остальные сессии?", "End all other sessions?";
        end_others_why: "Везде, кроме этого браузера, придётся войти заново.", "You will have to sign in again everywhere except in this browser.";
        end_others_none: "Других сессий нет.", "No other sessions.";
        back: "К аккаунту", "Back to account";
        pages_title: "Как показывать страницы", "Display";
        pages_why: "Сохраняется в аккаунте и действует в любом браузере.", "Saved with your account and used in every browser.";
        language: "Язык", "Language";
        theme: "Тема", "Theme";
        zone: "Часовой пояс", "Time zone";
        by_browser: "Как в браузере", "Browser default";
        light: "Светлая", "Light";
        dark: "Тёмная", "Dark";
        zone_help: "По нему показано время на страницах. В сообщениях клиентам пояс задаёт профиль.", "Used for times on the pages. In messages to customers, the profile sets the zone.";
        bad_zone: "Такого пояса нет в списке. Выберите из предложенных.", "There is no such zone. Choose one from the list.";
        main_zones: "Часто выбирают", "Common";
        all_zones: "Все", "All";
        save: "Сохранить", "Save";
        lost_password: "Если забудете пароль, его можно сменить командой на сервере:", "If you forget it, a command on the server sets a new one:";
    }
}

word_set! {
    /// The second factor.
    FactorWords {
        title: "Второй шаг при входе", "Second factor";
        set_up_why: "Кроме пароля понадобится код из приложения на вашем телефоне.", "Besides the password, you will need a code from an app on your phone.";
        locked: "Код из приложения сейчас не проверить: на сервере другой ключ шифрования. Выключите второй шаг и включите снова; подтвердить, что это вы, можно кодом восстановления.", "The app's code cannot be checked now: the server has another encryption key. Turn the second factor off and on again; confirm that it is you with a recovery code.";
        required: "Для вашей роли второй шаг обязателен: остальные страницы откроются, когда вы его включите.", "A second factor is required for your role: the other pages open once you turn it on.";
        step_app: "Откройте на телефоне приложение для кодов: Google Authenticator, Aegis, 2FAS, Яндекс Ключ или любое другое.", "On your phone, open an authenticator app: Google Authenticator, Aegis, 2FAS, 1Password or any other.";
        step_scan: "Добавьте в нём новый аккаунт и наведите камеру на этот код.", "Add a new account in it and point the camera at this code.";
        step_code: "Введите шесть цифр, которые покажет приложение.", "Enter the six digits that the app shows.";
        qr: "QR-код для приложения", "QR code for the app";
        by_hand: "Камера не читает код? Введите этот ключ в приложении вручную:", "Can't scan the code? Enter this key in the app:";
        turn_on: "Включить", "Turn on";
        stale: "Страница устарела, здесь уже новый ключ. Добавьте его в приложение ещё раз.", "This page was outdated; here is a new key. Add it to the app again.";
        on: "Включён", "On";
        since: "с", "since";
        codes_left: "Коды восстановления", "Recovery codes";
        codes_why: "Пригодятся, если потеряете телефон. Каждый код срабатывает один раз.", "In case you lose your phone. Each code works once.";
        new_codes: "Создать новые коды", "Create new codes";
        new_codes_why: "Прежние перестанут действовать.", "The old ones stop working.";
        off_title: "Выключить второй шаг", "Turn off the second factor";
        off_why: "Для входа снова хватит одного пароля. Остальные сессии завершатся.", "The password alone is then enough to sign in. Other sessions end.";
        off_required: "Для вашей роли второй шаг обязателен. Чтобы перенести его на другой телефон, выключите и сразу включите заново.", "A second factor is required for your role. To move it to another phone, turn it off and on again right away.";
        turn_off: "Выключить", "Turn off";
        codes_title: "Сохраните коды восстановления", "Save your recovery codes";
        codes_once: "Больше мы их не покажем. Распечатайте их или сохраните в менеджере паролей: без телефона войти можно только с ними.", "They will not be shown again. Print them or store them in a password manager: without your phone they are the only way in.";
        codes_label: "Коды восстановления", "Recovery codes";
        codes_kept: "Коды сохранены", "I have saved them";
        copy: "Копировать", "Copy";
        copied: "Скопировано", "Copied";
    }
}

word_set! {
    /// Re-authentication before an important change.
    ConfirmWords {
        title: "Подтвердите, что это вы", "Confirm that it is you";
        why: "Дальше — важное действие. Потом десять минут спрашивать не будем.", "This is a sensitive action. You will not be asked again for ten minutes.";
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
