//! Confirmations of actions on a profile that stop its messages.

use leptos::prelude::*;

use crate::{
    i18n::{ProfileActionWords, events, language, waiting_messages, with_name, words},
    pages::PageHead,
};

/// `POST /profiles/{id}/enable`, before a profile is disabled.
#[component]
pub(in crate::pages) fn DisableProfile(
    /// The profile's id.
    id: i64,
    /// The profile's name.
    name: String,
    /// The number of events that it has received today.
    today: u64,
    /// The page to return to.
    back: String,
) -> impl IntoView {
    let w = words::<ProfileActionWords>();
    view! {
        <div class="narrow">
            <PageHead title=with_name(w.disable_question, &name) />
            <div class="card">
                <ul class="consequences">
                    <li>{w.disable_today.replace("{}", &events(language(), today))}</li>
                    <li>{w.disable_refused}</li>
                    <li>{w.disable_later}</li>
                </ul>
                <form class="actions" method="post" action=format!("/profiles/{id}/enable")>
                    <input type="hidden" name="enabled" value="false" />
                    <input type="hidden" name="back" value=back.clone() />
                    <button class="button primary" name="sure" value="yes">
                        {w.disable_do}
                    </button>
                    <a class="button" href=back>
                        {w.keep}
                    </a>
                </form>
            </div>
        </div>
    }
}

/// `/profiles/{id}/delete`
#[component]
pub(in crate::pages) fn DeleteProfile(
    /// The profile's id.
    id: i64,
    /// The profile's name.
    name: String,
    /// The number of its messages that are not sent yet.
    waiting: u64,
) -> impl IntoView {
    let w = words::<ProfileActionWords>();
    let title = with_name(w.delete_question, &name);
    view! {
        <div class="narrow">
            <PageHead title />
            <div class="card">
                <ul class="consequences">
                    <li>{w.delete_url}</li>
                    <li>{w.delete_token}</li>
                    <li>
                        {if waiting == 0 { w.delete_nothing_waits.to_owned() } else { waiting_messages(language(), waiting) }}
                    </li>
                    <li>{w.delete_events}</li>
                </ul>
                <form class="actions" method="post" action=format!("/profiles/{id}/delete")>
                    <button class="button danger">{w.delete_do}</button>
                    <a class="button" href="/">
                        {w.keep}
                    </a>
                </form>
                <p class="help">
                    {w.delete_instead} " " <a href=format!("/profiles/{id}/export") download>
                        {w.delete_export}
                    </a>
                </p>
            </div>
        </div>
    }
}

/// `/profiles/{id}/key`
#[component]
pub(in crate::pages) fn NewKey(
    /// The profile's id.
    id: i64,
    /// The profile's name.
    name: String,
    /// The profile's full short URL with the current webhook key.
    short_url: String,
) -> impl IntoView {
    let w = words::<ProfileActionWords>();
    view! {
        <div class="narrow">
            <PageHead title=with_name(w.key_question, &name) why=w.key_why />
            <div class="card">
                <form method="post" action=format!("/profiles/{id}/key")>
                    <div class="field">
                        <label for="old-url">{w.key_now}</label>
                        <input class="input mono" id="old-url" readonly value=short_url />
                    </div>
                    <fieldset class="choices key-choices">
                        <legend>{w.key_what_of_the_old}</legend>
                        <label class="choice">
                            <input type="radio" name="old" value="day" checked />
                            <span>
                                <b>{w.key_day}</b>
                                <span class="help">{w.key_day_help}</span>
                            </span>
                        </label>
                        <label class="choice">
                            <input type="radio" name="old" value="stops" />
                            <span>
                                <b>{w.key_stops}</b>
                                <span class="help">{w.key_stops_help}</span>
                            </span>
                        </label>
                    </fieldset>
                    <p class="help">{w.key_then}</p>
                    <div class="actions">
                        <button class="button primary">{w.key_do}</button>
                        <a class="button" href="/">
                            {w.keep}
                        </a>
                    </div>
                </form>
            </div>
        </div>
    }
}
