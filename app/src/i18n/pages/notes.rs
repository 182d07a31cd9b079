//! Texts of mails to one person about the installation.

use crate::i18n::word_set;

word_set! {
    /// A test mail, and an invitation.
    NoteWords {
        test_subject: "Hookgram: пробное письмо", "Hookgram: test email";
        test_about: "Почта настроена: это письмо отправлено со страницы настроек.", "Email works: this was sent from the Settings page.";
        test_link: "Настройки:", "Settings:";
        test_besides: "Отвечать не нужно.", "No reply is needed.";
        invite_subject: "Приглашение в Hookgram", "You are invited to Hookgram";
        invite_about: "{} приглашает вас в Hookgram: там настраивают сообщения клиентам в Telegram и видят, что дошло.", "{} invites you to Hookgram, where you set up Telegram messages to customers and see what has arrived.";
        invite_link: "Принять приглашение и придумать пароль:", "Accept the invitation and choose a password:";
        invite_besides: "Ссылка действует три дня и сработает один раз. Если вы не ждали приглашения, ничего не делайте.", "The link works once, within three days. If you did not expect this, do nothing.";
    }
}
