//! `/settings`: the settings that admins change while the server runs.

mod fields;
mod mail;

use std::collections::BTreeMap;

use hookgram::setting::{MailService, SmtpSecurity};
use leptos::prelude::*;

use self::{
    fields::{card, card_form, choice, number, text},
    mail::mail,
};
use crate::i18n::{SettingsWords, words};

/// A setting as the page shows it.
#[derive(Clone, Debug, Default)]
pub struct SettingField {
    /// The typed or the stored value. A secret is masked.
    pub text: String,
    /// The stored value. A secret is masked.
    pub stored: String,
    /// The name of the environment variable, if it or its flag overrides the setting.
    pub fixed: Option<&'static str>,
    /// The fault of the typed value.
    pub fault: Option<String>,
    /// Whether the stored value is encrypted and cannot be decrypted.
    pub sealed: bool,
}

/// The result of a test mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tested {
    /// The mail server accepted it.
    Taken,
    /// Sending failed, with the mail server's error text.
    Failed(String),
    /// No mail server or no sender is configured.
    NoServer,
    /// Mails cannot be sent to this address.
    NoAddress(String),
}

/// The fields of the mail server. Its URL, which they make up, is the setting `smtp_url`.
#[derive(Clone, Debug)]
pub struct SmtpView {
    /// The mail service. The server of another service is in the next three fields.
    pub service: MailService,
    /// The server's name.
    pub host: String,
    /// The port.
    pub port: String,
    /// The connection's encryption.
    pub security: SmtpSecurity,
    /// The user.
    pub user: String,
    /// Whether a password is stored.
    pub has_password: bool,
    /// The name of the faulty field, and the sentence.
    pub fault: Option<(&'static str, String)>,
}

impl Default for SmtpView {
    fn default() -> Self {
        Self {
            service: MailService::Yandex,
            host: String::new(),
            port: String::new(),
            security: SmtpSecurity::default(),
            user: String::new(),
            has_password: false,
            fault: None,
        }
    }
}

/// The settings.
#[derive(Clone, Debug, Default)]
pub struct SettingsView {
    /// The settings by name.
    pub fields: BTreeMap<&'static str, SettingField>,
    /// The mail server.
    pub smtp: SmtpView,
    /// The base of short URLs.
    pub public_url: String,
    /// Whether mails can be sent.
    pub has_mail: bool,
    /// The reader's own e-mail address.
    pub me: String,
    /// The result of the test mail.
    pub tested: Option<Tested>,
    /// Whether the reader must re-authenticate before a change.
    pub locked: bool,
}

impl SettingsView {
    fn field(&self, name: &str) -> SettingField {
        self.fields.get(name).cloned().unwrap_or_default()
    }
}

#[component]
pub(super) fn Settings(view: SettingsView) -> impl IntoView {
    let w = words::<SettingsWords>();
    let faulty = view.smtp.fault.is_some() || view.fields.values().any(|field| field.fault.is_some());
    let locked = view.locked;
    let lock = locked.then(|| view! { <super::Locked why=w.locked action=w.unlock page="/settings" /> });
    view! {
        <div class="page-head">
            <div>
                <h1>{w.title}</h1>
                <p class="why">{w.why}</p>
            </div>
            <div class="actions">
                <a class="button small" href="/users">
                    {w.people}
                </a>
                <a class="button small" href="/audit?kind=settings">
                    {w.audit}
                </a>
            </div>
        </div>
        // The summary does not take the focus, which the faulty field gets.
        {faulty.then(|| view! { <p class="notice bad" role="alert">{w.faulty}</p> })}
        {lock}
        <div class="settings">
            <div>{mail(&view)} {accounts(&view)}</div>
            <div>{endpoints(&view)} {keeping(&view)}</div>
        </div>
    }
}

fn keeping(view: &SettingsView) -> AnyView {
    let w = words::<SettingsWords>();
    let form = view! {
        <div class="pair">
            {number(view, "retention_days", w.retention_days, w.retention_help, &[("", w.days)])}
            {number(view, "audit_days", w.audit_days, w.audit_help, &[("", w.days)])}
        </div>
        {number(view, "customer_days", w.customer_days, w.customer_help, &[("", w.days)])}
    }
    .into_any();
    card("keeping", w.keeping, w.keeping_why, card_form(view, &["retention_days", "audit_days", "customer_days"], form))
}

fn endpoints(view: &SettingsView) -> AnyView {
    let w = words::<SettingsWords>();
    let spans = [("s", w.seconds), ("m", w.minutes), ("h", w.hours), ("d", w.days_unit)];
    let sizes = [("b", w.bytes), ("KiB", w.kib), ("MiB", w.mib)];
    let form = view! {
        {choice(view, "stateless", w.stateless, w.stateless_help, &[("true", w.open), ("false", w.shut)])}
        {number(view, "stranger_events", w.stranger_events, w.stranger_help, &[("", w.events)])}
        <div class="pair">
            {number(view, "duplicate_window", w.duplicate_window, w.duplicate_help, &spans)}
            {number(view, "retry_max_age", w.retry_max_age, w.retry_help, &spans)}
        </div>
        {number(view, "max_body", w.max_body, w.max_body_help, &sizes)}
        <div class="pair">
            {text(view, "booking_url", w.booking_url, w.booking_help, "url")}
            {text(view, "booking_pages", w.booking_pages, w.pages_help, "url")}
        </div>
    }
    .into_any();
    let names = [
        "stateless",
        "stranger_events",
        "duplicate_window",
        "retry_max_age",
        "max_body",
        "booking_url",
        "booking_pages",
    ];
    let address = view.public_url.clone();
    let body = view! {
        {card_form(view, &names, form)}
        <dl class="facts">
            <div>
                <dt>{w.public_url}</dt>
                <dd>
                    <code>{address}</code>
                </dd>
            </div>
        </dl>
        <p class="help">{w.public_url_help} " " {w.fixed} " " <code>"HOOKGRAM_PUBLIC_URL"</code></p>
    }
    .into_any();
    card("endpoints", w.endpoints, w.endpoints_why, body)
}

fn accounts(view: &SettingsView) -> AnyView {
    let w = words::<SettingsWords>();
    let policies =
        [("off", w.factor_off), ("admins", w.factor_admins), ("operators", w.factor_operators), ("all", w.factor_all)];
    let form = view! {
        {choice(view, "second_factor", w.second_factor, w.second_factor_help, &policies)}
        {choice(
            view,
            "viewers_see_data",
            w.viewers_see_data,
            w.viewers_help,
            &[("false", w.hidden), ("true", w.shown)],
        )}
    }
    .into_any();
    card("accounts", w.accounts, w.accounts_why, card_form(view, &["second_factor", "viewers_see_data"], form))
}
