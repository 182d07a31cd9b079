//! `/profiles/new` and `/profiles/{id}`: the builder, the only page that the browser hydrates ([`page`]).
//!
//! The form's inputs are the state. On each input event, the browser reads the whole form with the same code as the
//! server ([`crate::form::ProfileForm`]). Text typed before WebAssembly was loaded is therefore not lost, and the
//! preview, the faults and the saved profile always agree.

#[cfg(feature = "ssr")]
pub mod backend;
mod cards;
mod conflict;
#[cfg(feature = "ssr")]
mod draft;
mod find_chat;
mod focus;
mod inputs;
mod leaving;
mod old_url;
mod page;
mod preview;
mod proof;
mod spot;
mod state;
mod switches;
mod test;
mod text;
mod token;
mod wrap;
mod zone;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use hookgram::{
    bot::{BotState, SANDBOX_BOT},
    parameters::Parameter,
    sample::Sample,
};
use leptos::{form::ActionForm, html, prelude::*};

#[cfg(feature = "hydrate")]
pub use self::page::take_over;
#[cfg(feature = "ssr")]
pub(crate) use self::{
    find_chat::FoundChat,
    page::{DATA, Page, provide_form_error_of},
};
use self::{
    focus::{field_in_focus, field_of, focus, go_to, shortcut, show_first_fault},
    state::{State, changed, fill_texts, read_sample},
};
use crate::{
    error::AppError,
    form::{NEW_BOT, ProfileForm, SANDBOX},
    i18n::{BuilderWords, FormWords, app_error, language, words},
    views::{BotView, BuilderData},
};

/// The data of the builder: a stored or a new profile, and a draft of it.
#[server(prefix = "/rpc", endpoint = "operator/builder")]
pub async fn load_builder(id: Option<i64>, draft: Option<String>) -> Result<BuilderData, AppError> {
    let operator = crate::session::operator()?;
    let viewer = crate::session::Permission::viewer(&operator);
    let backend = self::backend::backend();
    let detail = match id {
        Some(id) => Some(backend.profile(&viewer, id).await?),
        None => None,
    };
    let kept = match &draft {
        Some(draft) => self::draft::open(&operator, Some(draft), id).await?,
        None => None,
    };
    let now = backend.now();
    let draft_lost = draft.is_some() && kept.is_none();
    let draft = draft.zip(kept).map(|(id, kept)| self::draft::view(id, kept, detail.as_ref(), now));
    let preview = preview::data(&viewer, id).await?;
    Ok(BuilderData {
        now,
        detail,
        booking_host: backend.booking_host(),
        bots: backend.bots(&viewer).await?,
        preview,
        draft,
        draft_lost,
        ..BuilderData::default()
    })
}

/// Stores the profile. Redirects a new profile to the page of its short URL.
#[server(prefix = "/rpc", endpoint = "operator/save-profile")]
pub async fn save_profile(
    #[server(default)] id: Option<i64>,
    #[server(default)] draft: Option<String>,
    form: ProfileForm,
) -> Result<(), AppError> {
    let operator = crate::session::operator()?;
    let backend = self::backend::backend();
    let stored = match id {
        Some(id) => Some(backend.profile(&crate::session::Permission::viewer(&operator), id).await?),
        None => None,
    };
    let earlier = self::draft::open(&operator, draft.as_deref(), id).await?;
    let mut input = form.edited();
    let kept = self::draft::of_form(id, form, earlier);
    let token_known = kept.token.is_some() || stored.is_some_and(|detail| detail.bot.is_some());
    let mut faults = kept.form.faults(crate::preferences::current().language, token_known);
    if faults.is_empty() {
        input.profile.token = kept.token.clone().filter(|_| input.bot.is_none());
        match backend.save_profile(&operator, id, &kept.form.base, input).await {
            Ok(saved) => {
                self::draft::discard(&operator, draft.as_deref()).await?;
                leptos_axum::redirect(&match id {
                    Some(_) => format!("/profiles/{saved}?saved"),
                    None => format!("/profiles/{saved}/share"),
                });
                return Ok(());
            }
            Err(AppError::Invalid(told)) => faults = told,
            Err(error @ AppError::Outdated(_)) => {
                return self::draft::refuse(&operator, draft.as_deref(), kept, error).await;
            }
            Err(error) => return Err(error),
        }
    }
    let refused = self::backend::Draft { faults: faults.clone(), ..kept };
    self::draft::refuse(&operator, draft.as_deref(), refused, AppError::Invalid(faults)).await
}

/// The form of a new profile, with the bot that the page's address names.
fn new_profile(data: &BuilderData) -> ProfileForm {
    let mut form = ProfileForm { bot: first_bot(data), ..ProfileForm::blank() };
    if data.bot == Some(SANDBOX_BOT) {
        form.target = SANDBOX.to_owned();
    }
    if let Some(field) = &data.field {
        form.values.insert(Parameter::TelegramFieldName.name().to_owned(), field.clone());
    }
    form
}

/// The bot that a new profile starts with: the one that the page's address names, else the first working one.
fn first_bot(data: &BuilderData) -> String {
    let named = data.bot.filter(|id| data.bots.iter().any(|bot| bot.id == *id));
    let works = || data.bots.iter().find(|bot| bot.state == BotState::Working).or(data.bots.first());
    named.or_else(|| works().map(|bot| bot.id)).map_or_else(|| NEW_BOT.to_owned(), |id| id.to_string())
}

/// Whether this browser page has rendered a builder before.
static DRAWN: AtomicBool = AtomicBool::new(false);

#[component]
fn Builder(data: BuilderData) -> impl IntoView {
    let w = words::<BuilderWords>();
    let language = language();
    let title = page::title(&data);
    let save = ServerAction::<SaveProfile>::new();
    let node = NodeRef::<html::Form>::new();
    let row = data.detail.as_ref().map(|detail| detail.row.clone());
    let stored = match &data.detail {
        Some(detail) => ProfileForm::of(detail),
        None => new_profile(&data),
    };
    let (draft, import, typed_token, told, initial) = match data.draft {
        Some(draft) => (Some(draft.id), draft.import, draft.masked_token, draft.faults, draft.form),
        None => (None, None, None, Vec::new(), stored.clone()),
    };
    // Without scripts, a conflict returns the form as a draft whose base differs from the stored profile.
    let is_outdated = data.detail.is_some() && !initial.base.is_empty() && initial.base != stored.base;
    let first_conflict = is_outdated.then(|| stored.clone());
    let base = stored.base.clone();
    let token_known = typed_token.is_some() || data.detail.as_ref().is_some_and(|detail| detail.bot.is_some());

    let form = RwSignal::new(initial.clone());
    let left = RwSignal::new(Vec::<String>::new());
    let where_to = told
        .iter()
        .filter(|fault| !fault.field.is_empty())
        .map(|fault| {
            view! { <li><a href=format!("#field-{}", fault.field)>{fault.sentence.clone()}</a></li> }.into_any()
        })
        .collect_view();
    // Without scripts, a refused form is returned as a draft with its faults.
    let told = (!told.is_empty()).then_some(AppError::Invalid(told));
    let refused = Memo::new(move |_| match save.value().get() {
        Some(answer) => answer.err(),
        None => told.clone(),
    });
    let faults = Memo::new(move |_| {
        let current = form.with(|form| form.faults(language, token_known));
        match refused.get() {
            // The server may report a fault that the form cannot check, such as a taken name. It disappears when the
            // field loses the focus.
            Some(AppError::Invalid(told)) => {
                let theirs = told
                    .into_iter()
                    .filter(|fault| current.contains(fault) || !left.with(|left| left.contains(&fault.field)));
                theirs.collect()
            }
            _ => current.into_iter().filter(|fault| left.with(|left| left.contains(&fault.field))).collect(),
        }
    });
    let (bots, new_bot) = (StoredValue::new(data.bots.clone()), RwSignal::new(None::<BotView>));
    let sender = Memo::new(move |_| {
        if form.with(ProfileForm::is_sandbox) {
            return w.target_sandbox.to_owned();
        }
        let stored = |id| bots.with_value(|bots| bots.iter().find(|bot| bot.id == id).and_then(BotView::sender));
        let name = match form.with(ProfileForm::bot_id) {
            Some(id) => stored(id),
            None => new_bot.with(|bot| bot.as_ref().and_then(BotView::sender)),
        };
        name.unwrap_or_else(|| w.bot_name.to_owned())
    });
    let state = State {
        language,
        id: row.as_ref().map(|row| row.id),
        form,
        profile: Memo::new(move |_| form.with(ProfileForm::read).0),
        initial: StoredValue::new(initial),
        stored: StoredValue::new(stored),
        draft: StoredValue::new(draft.clone()),
        new_bot,
        sender,
        node,
        faults: faults.into(),
        focused: RwSignal::new(None),
        now: data.now,
        sample: RwSignal::new(Sample::Appointment),
        booking_host: StoredValue::new(data.booking_host),
        event: RwSignal::new(Arc::new(read_sample(Sample::Appointment, data.now))),
        own_event: StoredValue::new(None),
        preview: StoredValue::new(data.preview),
        live: RwSignal::new(false),
        old_url_first: data.old_url_first,
    };
    provide_context(state);

    Effect::new(move || {
        if let Some(form) = node.get() {
            // A second builder reuses the inputs of the first one with their typed text, so they are reset. The first
            // builder's inputs are not reset: a person may have typed into them before WebAssembly was loaded.
            if DRAWN.swap(true, Ordering::Relaxed) {
                form.reset();
                fill_texts(state);
            }
            state.read();
            state.live.set(true);
        }
    });
    let focus_in = move |event: leptos::ev::FocusEvent| {
        state.focused.set(field_of(&event).and_then(|name| Parameter::by_name(&name)));
    };
    let focus_out = move |event: leptos::ev::FocusEvent| {
        state.focused.set(None);
        if let Some(name) = field_of(&event) {
            left.update(|left| {
                if !left.contains(&name) {
                    left.push(name);
                }
            });
        }
    };
    leaving::guard(state);
    // A new attempt marks all fields as not left, so that every fault in the response is shown. Enter triggers this
    // handler too.
    let submitted = move |_| left.update(Vec::clear);
    let button = NodeRef::<html::Button>::new();
    let pressed = move |event: leptos::ev::KeyboardEvent| {
        // The browser's default action for Ctrl+S saves the page as a file.
        let saves = matches!(shortcut(&event).as_deref(), Some("s" | "enter")) && !event.default_prevented();
        if let (true, Some(button)) = (saves, button.try_get_untracked().flatten()) {
            event.prevent_default();
            if !event.repeat() {
                button.click();
            }
        }
    };
    Effect::new(move || {
        let heard = window_event_listener(leptos::ev::keydown, pressed);
        on_cleanup(move || heard.remove());
    });

    Effect::new(move || match refused.get() {
        Some(AppError::Invalid(_)) => request_animation_frame(show_first_fault),
        Some(AppError::Outdated(_)) => request_animation_frame(|| focus("#outdated")),
        // The button may be far below the notice.
        Some(_) => request_animation_frame(|| focus("#not-saved")),
        None => {}
    });

    let whole = move || match refused.get() {
        // A fault of the pasted URL is shown at its own field.
        Some(AppError::Invalid(faults)) if faults.iter().all(|fault| fault.field == old_url::FIELD) => String::new(),
        Some(AppError::Outdated(_)) => String::new(),
        Some(error) => app_error(language, &error),
        None => String::new(),
    };
    // On a phone, the notice and the faulty field may be far from the button.
    let trouble = Memo::new(move |_| {
        let (about, place) = match refused.get() {
            None => return (String::new(), String::new()),
            Some(AppError::Invalid(_)) => {
                let first = faults.with(|faults| {
                    faults.iter().find(|fault| !["", old_url::FIELD].contains(&fault.field.as_str())).cloned()
                });
                match first {
                    Some(fault) => (format!(": {}", fault.sentence), format!("#field-{}", fault.field)),
                    None => return (String::new(), String::new()),
                }
            }
            Some(AppError::Outdated(_)) => (String::new(), "#outdated".to_owned()),
            Some(_) => (String::new(), "#not-saved".to_owned()),
        };
        (format!("{}{about}", w.not_saved), place)
    });
    let trouble = move || trouble.get();
    let go_to_trouble = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        focus(&trouble().1);
    };
    let links = cards::sections()
        .into_iter()
        .map(|(id, title)| view! { <a href=format!("#{id}")>{title}</a> }.into_any())
        .collect_view();
    let conflict = Memo::new(move |_| match save.value().get() {
        Some(Err(AppError::Outdated(stored))) => Some(*stored),
        Some(_) => None,
        None => first_conflict.clone(),
    });
    // Saving again after a conflict replaces the stored version that the notice shows.
    let base =
        move || conflict.with(|stored| stored.as_ref().map_or_else(|| base.clone(), |stored| stored.base.clone()));
    let bots = data.bots.clone();
    let changed = Memo::new(move |_| changed(state));
    let just_saved = move || data.saved && !changed.get();
    view! {
        <ActionForm action=save node_ref=node>
            <div
                class="builder"
                on:input=move |_| state.read()
                on:change=move |_| state.read()
                on:focusin=focus_in
                on:focusout=focus_out
            >
                <div class="page-head">
                    <div>
                        <p class="crumbs">
                            <a href="/">{w.crumb}</a>
                        </p>
                        <h1>{title}</h1>
                    </div>
                    <div class="actions">
                        <a class="not-saved" href=move || trouble().1 hidden=move || trouble().0.is_empty() on:click=go_to_trouble>
                            {move || trouble().0}
                        </a>
                        <span class="tag warn" hidden=move || !state.live.get() || !changed.get()>
                            {w.unsaved}
                        </span>
                        <span class="tag ok" role="status" hidden=move || !just_saved()>
                            {w.saved}
                        </span>
                        {row.as_ref().map(|row| view! {
                            <a class="button" href=format!("/profiles/{}/share", row.id)>
                                {w.share}
                            </a>
                        }.into_any())}
                        <button
                            class="button primary"
                            node_ref=button
                            title="Ctrl+S"
                            aria-keyshortcuts="Control+S Meta+S Control+Enter Meta+Enter"
                            disabled=move || save.pending().get()
                            on:click=submitted
                        >
                            {move || if save.pending().get() { w.saving } else { w.save }}
                        </button>
                    </div>
                    <nav class="sections" aria-label=w.sections>
                        {links}
                    </nav>
                </div>
                <div class="notice bad" role="alert" id="not-saved" tabindex="-1" hidden=move || whole().is_empty()>
                    <p>{whole}</p>
                    <p hidden=move || refused.get() != Some(AppError::SignedOut)>
                        <a class="button small" href="/login" target="_blank" rel="noopener">
                            {w.sign_in}
                        </a>
                    </p>
                    // With scripts, the focus moves to the first fault instead.
                    <ul class="fault-links">{where_to}</ul>
                </div>
                <conflict::Conflict stored=conflict bots />
                <p class="notice warn" role="status" hidden=!data.draft_lost>
                    {words::<FormWords>().draft_lost}
                </p>
                {draft.map(|id| view! { <input type="hidden" name="draft" value=id /> }.into_any())}
                {row.as_ref().map(|row| view! { <input type="hidden" name="id" value=row.id.to_string() /> }.into_any())}
                <input type="hidden" name="form[base]" value=base />
                <div class="builder-columns">
                    <div class="builder-form">
                        {(row.is_none() && import.is_none()).then(|| view! { <old_url::OldUrlCard /> }.into_any())}
                        {import.map(|import| view! { <proof::Proof import /> }.into_any())}
                        <cards::ProfileCard />
                        <token::BotCard bots=data.bots typed=typed_token />
                        <cards::RecipientCard />
                        <cards::TextCard />
                        <switches::ShowCard />
                        <cards::WhenCard />
                        <cards::ErrorsCard />
                        <cards::EventsCard />
                    </div>
                    <preview::Preview />
                </div>
            </div>
        </ActionForm>
    }
}
