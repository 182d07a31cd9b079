//! Texts of the common layout.

use crate::i18n::word_set;

word_set! {
    /// The common layout: navigation, account menu.
    Shell {
        profiles: "Профили", "Profiles";
        bots: "Боты", "Bots";
        customers: "Клиенты", "Customers";
        deliveries: "Доставки", "Deliveries";
        sandbox: "Песочница", "Sandbox";
        health: "Состояние", "Health";
        needs_you: "Нужно ваше внимание: откройте «Состояние»", "Something needs your attention: open Health";
        main_navigation: "Разделы", "Sections";
        skip: "К содержимому", "Skip to content";
        account: "Аккаунт", "Account";
        people: "Люди", "People";
        settings: "Настройки", "Settings";
        audit: "Журнал действий", "Audit log";
        sign_out: "Выйти", "Sign out";
        other_language: "EN", "RU";
        switch_language: "Switch to English", "Переключить на русский";
        switch_theme: "Светлая или тёмная тема", "Light or dark theme";
        loading: "Загружаем…", "Loading…";
        failed_title: "Не получилось", "Something went wrong";
        retry: "Попробовать ещё раз", "Try again";
        not_found_title: "Такой страницы нет", "Page not found";
        not_found_why: "Возможно, ссылка устарела или профиль удалён.", "The link may be outdated, or the profile was deleted.";
        to_profiles: "К профилям", "To profiles";
        copy: "Копировать", "Copy";
        copied: "Скопировано", "Copied";
        copy_failed: "Не получилось скопировать: выделите и скопируйте вручную", "Could not copy: select it and copy it yourself";
    }
}
