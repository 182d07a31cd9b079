//! Fills the form from an old URL. The pasted text contains a token, so it is sent in the request body and is not
//! returned.

use std::fmt;

use leptos::{html, prelude::*, server_fn::ServerFn};
use serde::{Deserialize, Serialize};

use super::State;
use crate::{
    components::FieldFaults,
    error::AppError,
    form::ProfileForm,
    i18n::{FormWords, app_error, words},
};

pub const FIELD: &str = "url";

/// The pasted text. `Debug` does not print it.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PastedUrl(String);

impl fmt::Debug for PastedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PastedUrl(…)")
    }
}

/// Fills the form from an old URL and redirects to a draft of it.
#[server(prefix = "/rpc", endpoint = "operator/read-old-url")]
pub async fn read_old_url(
    form: ProfileForm,
    #[server(default)] draft: Option<String>,
    #[server(default)] url: PastedUrl,
) -> Result<(), AppError> {
    use super::{backend::Draft, draft as drafts};
    use crate::{
        form::NEW_BOT,
        i18n::Words,
        old_url::{NoOldUrl, read},
    };

    let operator = crate::session::operator()?;
    let earlier = drafts::open(&operator, draft.as_deref(), None).await?;
    let w = FormWords::of(crate::preferences::current().language);
    let why = match read(&url.0) {
        Ok(old) => {
            let mut filled = form.filled_from(&old.profile);
            if old.profile.token.is_some() {
                NEW_BOT.clone_into(&mut filled.bot);
            }
            let kept = drafts::of_form(None, form, earlier);
            let token = old.profile.token.or(kept.token);
            let filled = Draft { form: filled, token, old_url: Some(url.0.into()), ..kept };
            return drafts::lead_to(&operator, draft.as_deref(), filled).await;
        }
        Err(NoOldUrl::Blank) => w.old_blank,
        Err(NoOldUrl::Short) => w.old_short,
        Err(NoOldUrl::OtherEndpoint) => w.old_other_endpoint,
        Err(NoOldUrl::NoParameters) => w.old_no_parameters,
    };
    let faults = drafts::url_fault(why);
    let kept = Draft { faults: faults.clone(), ..drafts::of_form(None, form, earlier) };
    drafts::refuse(&operator, draft.as_deref(), kept, AppError::Invalid(faults)).await
}

/// The card with the field for the URL, at the top of the form for a new profile.
#[component]
pub fn OldUrlCard() -> impl IntoView {
    let w = words::<FormWords>();
    let state = State::get();
    let fill = ServerAction::<ReadOldUrl>::new();
    let area = NodeRef::<html::Textarea>::new();
    let comes_first = state.old_url_first;
    let refused = state.faults.with_untracked(|all| all.iter().any(|fault| fault.field == FIELD));
    let send = move || {
        let Some(area) = area.get_untracked() else { return };
        fill.dispatch(ReadOldUrl {
            form: state.form.get_untracked(),
            draft: state.draft.get_value(),
            url: PastedUrl(area.value()),
        });
    };
    Effect::new(move || {
        if comes_first && let Some(area) = area.get() {
            _ = area.focus();
        }
    });
    let faults = Memo::new(move |_| match fill.value().get() {
        _ if fill.pending().get() => Vec::new(),
        Some(Err(AppError::Invalid(faults))) => faults,
        Some(Err(error)) => match AppError::field(FIELD, app_error(state.language, &error)) {
            AppError::Invalid(faults) => faults,
            _ => Vec::new(),
        },
        _ => state.faults.get(),
    });
    let invalid = move || faults.with(|all| all.iter().any(|fault| fault.field == FIELD)).then_some("true");
    view! {
        <details class="card old-url" open=comes_first || refused>
            <summary>
                <h2>{w.old_title}</h2>
            </summary>
            <p class="why">{w.old_why}</p>
            <div class="field">
                <label for="field-url">{w.old_label}</label>
                <textarea
                    class="input mono"
                    id="field-url"
                    name=FIELD
                    rows="3"
                    spellcheck="false"
                    autocomplete="off"
                    autocapitalize="off"
                    placeholder="https://…/webhook/telegram?telegramToken=…"
                    autofocus=comes_first
                    node_ref=area
                    aria-invalid=invalid
                    aria-describedby="field-url-fault field-url-help"
                    // A pasted text is sent at once; the field contains it only after this event.
                    on:paste=move |_| request_animation_frame(send)
                ></textarea>
                <FieldFaults field=FIELD id="field-url-fault" faults />
                <p class="help" id="field-url-help">
                    {w.old_help}
                </p>
            </div>
            <button
                class="button"
                // Without scripts, the button submits the whole form, so that no input is lost.
                formaction=ReadOldUrl::url()
                disabled=move || fill.pending().get()
                on:click=move |event| {
                    event.prevent_default();
                    send();
                }
            >
                {move || if fill.pending().get() { w.old_filling } else { w.old_fill }}
            </button>
        </details>
    }
}
