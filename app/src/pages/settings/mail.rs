//! The card of the mail server: the service, its server, user and password, or its URL as a whole.

use hookgram::setting::{MailService, SmtpSecurity};
use leptos::prelude::*;

use super::{
    SettingField, SettingsView, SmtpView, Tested,
    fields::{card_form, fixed, note, text},
};
use crate::i18n::{SettingsWords, in_quotes, language, words};

pub(super) fn mail(view: &SettingsView) -> AnyView {
    let w = words::<SettingsWords>();
    let url = view.field("smtp_url");
    let is_set = !url.text.is_empty();
    let forget = (url.fixed.is_none() && (is_set || url.sealed)).then(|| {
        view! {
            <label class="check">
                <input type="checkbox" name="smtp_forget" />
                <span>{w.smtp_forget}</span>
            </label>
        }
    });
    let whole = url.fixed.is_none().then(|| whole_url(&url));
    let form = view! {
        <div class="field">
            <span class="label">{w.smtp_url}</span>
            {state(&url)}
            {url.fixed.map(fixed)}
        </div>
        {server(&view.smtp, url.fixed.is_some())}
        {whole}
        {forget}
        {text(view, "mail_from", w.mail_from, w.mail_from_help, "email")}
    }
    .into_any();
    let tested = view.tested.clone().map(|tested| {
        let (class, sentence) = match tested {
            Tested::Taken => ("notice ok", w.test_taken.to_owned()),
            Tested::Failed(words) => ("notice bad", format!("{} {}", w.test_failed, in_quotes(language(), &words))),
            Tested::NoServer => ("notice bad", w.test_no_server.to_owned()),
            Tested::NoAddress(address) => ("notice bad", format!("{} {address}", w.test_no_address)),
        };
        view! {
            <p class=class role="status" tabindex="-1" autofocus>
                {sentence}
            </p>
        }
    });
    let locked = view.locked;
    let me = view.me.clone();
    view! {
        <section class="card" id="mail">
            <h2>{w.mail}</h2>
            <p class="why">{w.mail_why}</p>
            {tested}
            {card_form(view, &["smtp_url", "mail_from"], form)}
            {view
                .has_mail
                .then(|| {
                    view! {
                        <form class="actions mail-test" method="post" action="/settings/mail">
                            <button class="button" disabled=locked>
                                {w.test}
                            </button>
                            <span class="soft">{w.test_to} " " {me}</span>
                        </form>
                    }
                })}
        </section>
    }
    .into_any()
}

fn state(url: &SettingField) -> AnyView {
    let w = words::<SettingsWords>();
    if url.sealed && url.fixed.is_none() {
        view! {
            <p class="mail-state">
                <span class="mark bad">{w.smtp_sealed}</span>
            </p>
            <p class="notice bad">{w.smtp_sealed_do}</p>
        }
        .into_any()
    } else if url.stored.is_empty() {
        view! { <p class="mail-state"><span class="mark soft">{w.smtp_none}</span></p> }.into_any()
    } else {
        view! {
            <p class="mail-state">
                <span class="mark ok">{w.smtp_set}</span>
                <code>{url.stored.clone()}</code>
            </p>
        }
        .into_any()
    }
}

/// The fields of the mail server. The style sheet hides those that a service does not need, so that it works without
/// scripts.
fn server(smtp: &SmtpView, is_fixed: bool) -> AnyView {
    let w = words::<SettingsWords>();
    let services = MailService::ALL
        .into_iter()
        .map(|service| {
            view! {
                <label class="choice">
                    <input
                        type="radio"
                        name="smtp_service"
                        value=service.name()
                        checked=smtp.service == service
                        disabled=is_fixed
                    />
                    <span class="choice-title">{title(service)}</span>
                </label>
            }
            .into_any()
        })
        .collect_view();
    let hints = MailService::ALL.into_iter().map(hint).collect_view();
    let securities = SmtpSecurity::ALL
        .into_iter()
        .map(|security| {
            let title = match security {
                SmtpSecurity::Tls => w.smtp_tls,
                SmtpSecurity::StartTls => w.smtp_starttls,
                SmtpSecurity::Optional => w.smtp_optional,
            };
            view! { <option value=security.name() selected=smtp.security == security>{title}</option> }.into_any()
        })
        .collect_view();
    let fault = fault_of(smtp, "smtp_security");
    let is_bad = fault.is_some();
    let password_help = if smtp.has_password { w.smtp_password_kept } else { w.smtp_password_help };
    let password = (!is_fixed).then(|| {
        view! { <Input smtp=smtp.clone() name="smtp_password" title=w.smtp_password value=String::new() help=password_help /> }
    });
    view! {
        <div class="smtp">
            <fieldset class="choices smtp-services">
                <legend class="visually-hidden">{w.smtp_service}</legend>
                {services}
            </fieldset>
            {(!is_fixed).then_some(hints)}
            <div class="smtp-place">
                <Input smtp=smtp.clone() name="smtp_host" title=w.smtp_server value=smtp.host.clone() help="" is_fixed />
                <div class="pair">
                    <div class="field">
                        <label for="smtp_security">{w.smtp_security}</label>
                        <select
                            class="input"
                            id="smtp_security"
                            name="smtp_security"
                            disabled=is_fixed
                            autofocus=is_bad
                            aria-invalid=is_bad.then_some("true")
                            aria-describedby="smtp_security-note"
                        >
                            {securities}
                        </select>
                        {note("smtp_security", fault, "")}
                    </div>
                    <Input
                        smtp=smtp.clone()
                        name="smtp_port"
                        title=w.smtp_port
                        value=smtp.port.clone()
                        help=w.smtp_port_help
                        is_fixed
                    />
                </div>
            </div>
            <div class="pair">
                <Input smtp=smtp.clone() name="smtp_user" title=w.smtp_user value=smtp.user.clone() help=w.smtp_user_help is_fixed />
                {password}
            </div>
        </div>
    }
    .into_any()
}

fn title(service: MailService) -> &'static str {
    let w = words::<SettingsWords>();
    match service {
        MailService::Yandex => w.smtp_yandex,
        MailService::MailRu => "Mail.ru",
        MailService::Gmail => "Gmail",
        MailService::Other => w.smtp_other,
    }
}

/// The instructions of a service: it needs a password for this program only.
fn hint(service: MailService) -> AnyView {
    let w = words::<SettingsWords>();
    let (sentence, page) = match service {
        MailService::Yandex => (w.smtp_yandex_hint, Some("https://id.yandex.ru/security/app-passwords")),
        MailService::MailRu => (w.smtp_mailru_hint, Some("https://account.mail.ru/user/2-step-auth/passwords")),
        MailService::Gmail => (w.smtp_gmail_hint, Some("https://myaccount.google.com/apppasswords")),
        MailService::Other => (w.smtp_other_hint, None),
    };
    let link = page.map(|page| {
        view! {
            " "
            <a href=page target="_blank" rel="noreferrer noopener">
                {w.smtp_app_password}
            </a>
        }
    });
    view! {
        <p class="help smtp-hint" data-service=service.name()>
            {sentence}
            {link}
        </p>
    }
    .into_any()
}

fn fault_of(smtp: &SmtpView, name: &str) -> Option<String> {
    smtp.fault.as_ref().filter(|(field, _)| *field == name).map(|(_, sentence)| sentence.clone())
}

#[component]
fn Input(
    smtp: SmtpView,
    name: &'static str,
    title: &'static str,
    value: String,
    help: &'static str,
    #[prop(optional)] is_fixed: bool,
) -> impl IntoView {
    let fault = fault_of(&smtp, name);
    let is_bad = fault.is_some();
    let (kind, keyboard, hint) = match name {
        "smtp_password" => ("password", "text", None),
        "smtp_port" => ("text", "numeric", Some("465")),
        "smtp_host" => ("text", "url", Some("smtp.example.com")),
        _ => ("text", "email", None),
    };
    view! {
        <div class="field">
            <label for=name>{title}</label>
            <input
                class="input"
                type=kind
                id=name
                name=(!is_fixed).then_some(name)
                value=value
                readonly=is_fixed
                inputmode=keyboard
                placeholder=hint
                autocomplete=if kind == "password" { "new-password" } else { "off" }
                spellcheck="false"
                autofocus=is_bad
                aria-invalid=is_bad.then_some("true")
                aria-describedby=format!("{name}-note")
            />
            {note(name, fault, help)}
        </div>
    }
}

/// The URL as a whole, as in the environment variable. It takes precedence over the fields.
fn whole_url(url: &SettingField) -> AnyView {
    let w = words::<SettingsWords>();
    let is_bad = url.fault.is_some();
    view! {
        <details class="smtp-whole" open=is_bad>
            <summary>{w.smtp_whole}</summary>
            <input
                class="input mono"
                type="password"
                id="smtp_url"
                name="smtp_url"
                aria-label=w.smtp_url
                autocomplete="off"
                spellcheck="false"
                autofocus=is_bad
                aria-invalid=is_bad.then_some("true")
                aria-describedby="smtp_url-note"
            />
            {note("smtp_url", url.fault.clone(), w.smtp_help)}
        </details>
    }
    .into_any()
}
