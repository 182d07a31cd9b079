//! The target of messages: a stored bot, a new bot, or the sandbox. A new bot's token is stored and never shown again.

use hookgram::{bot::BotState, parameters::Parameter, secret::BotToken};
use leptos::{html, prelude::*};

use super::{State, cards::Card};
use crate::{
    components::{FieldFaults, Said},
    error::AppError,
    form::{BOT, NEW_BOT, ProfileForm, SANDBOX, TypedToken},
    i18n::{BotStateWords, BuilderWords, FormWords, app_error, bot_state, words},
    views::BotView,
};

/// Asks Telegram which bot a token belongs to: a typed token, or the token of a draft.
#[server(prefix = "/rpc", endpoint = "operator/verify-bot")]
pub async fn verify_bot(
    id: Option<i64>,
    draft: Option<String>,
    token: TypedToken,
) -> Result<Option<BotView>, AppError> {
    let operator = crate::session::operator()?;
    let token = match token.found() {
        Some(token) => Some(token),
        None => super::draft::token_of(&operator, draft.as_deref(), id).await?,
    };
    let token = token.ok_or(AppError::NotFound)?;
    super::backend::backend().who_is(&operator, &token).await
}

#[component]
pub fn BotCard(
    /// The bots to choose from.
    bots: Vec<BotView>,
    /// The masked token of a draft.
    typed: Option<String>,
) -> impl IntoView {
    let w = words::<BuilderWords>();
    let state = State::get();
    let is_sandbox = state.initial.with_value(ProfileForm::is_sandbox);
    let choose = (!bots.is_empty()).then(|| view! { <ChooseBot bots /> }.into_any());
    view! {
        <Card id="section-bot" title=w.bot_title why=w.bot_why>
            <fieldset class="choices">
                <legend class="visually-hidden">{w.bot_title}</legend>
                <Choice value=BOT title=w.target_bot help=w.target_bot_help checked=!is_sandbox />
                <Choice value=SANDBOX title=w.target_sandbox help=w.target_sandbox_help checked=is_sandbox />
            </fieldset>
            // The style sheet hides this while the sandbox is chosen, and hides the token while a bot is chosen. No
            // script is needed.
            <div class="only-bot">
                {choose}
                <div class="new-bot">
                    <Token kept=typed />
                </div>
            </div>
        </Card>
    }
}

/// The list of bots, with the state of the chosen one.
#[component]
fn ChooseBot(bots: Vec<BotView>) -> impl IntoView {
    let w = words::<BuilderWords>();
    let state = State::get();
    let initial = state.initial.with_value(|form| form.bot.clone());
    let option = |value: String, text: String| {
        let chosen = value == initial;
        view! {
            <option value=value selected=chosen>
                {text}
            </option>
        }
        .into_any()
    };
    let text = |bot: &BotView| {
        let name = if bot.name.is_empty() { String::new() } else { format!(" · {}", bot.name) };
        format!("{}{name}", bot.title())
    };
    let options = bots.iter().map(|bot| option(bot.id.to_string(), text(bot))).collect::<Vec<_>>();
    let new = option(NEW_BOT.to_owned(), w.bot_new.to_owned());
    let bots = StoredValue::new(bots);
    let chosen = Memo::new(move |_| {
        let id = state.form.with(ProfileForm::bot_id)?;
        bots.with_value(|bots| bots.iter().find(|bot| bot.id == id).cloned())
    });
    let class = move || match chosen.get().map(|bot| bot.state) {
        Some(BotState::Refused | BotState::Locked) => "answer bad".to_owned(),
        Some(BotState::Working) => "answer ok".to_owned(),
        _ => "answer".to_owned(),
    };
    let text = move || {
        let words = words::<BotStateWords>();
        chosen.get().map(|bot| bot_state(words, bot.state).to_owned()).unwrap_or_default()
    };
    let href = move || chosen.get().map(|bot| format!("/bots/{}", bot.id)).unwrap_or_default();
    view! {
        <div class="field">
            <label for="field-bot">{w.bot_choose}</label>
            <select class="input" id="field-bot" name="form[bot]" aria-describedby="bot-state">
                {options}
                {new}
            </select>
            <Said class=Signal::derive(class) id="bot-state" text=Signal::derive(text) />
            <p class="help">
                <a href=href hidden=move || chosen.with(Option::is_none)>
                    {w.bot_open}
                </a>
            </p>
        </div>
    }
}

#[component]
fn Choice(value: &'static str, title: &'static str, help: &'static str, checked: bool) -> impl IntoView {
    view! {
        <label class="choice">
            <input type="radio" name="form[target]" value=value checked=checked />
            <span>
                <span class="choice-title">{title}</span>
                <span class="help">{help}</span>
            </span>
        </label>
    }
}

/// The field for the token of a new bot. For a draft with a token, it shows the masked token and a way to replace it.
#[component]
fn Token(
    /// The token of a draft, masked.
    kept: Option<String>,
) -> impl IntoView {
    let w = words::<BuilderWords>();
    let w_form = words::<FormWords>();
    let state = State::get();
    let definition = Parameter::TelegramToken.definition();
    let verify = ServerAction::<VerifyBot>::new();
    let field = NodeRef::<html::Input>::new();
    let replace = NodeRef::<html::Details>::new();
    let has_kept = kept.is_some();
    let typed = Memo::new(move |_| state.form.with(|form| form.token.clone()));
    let asked = RwSignal::new(None::<TypedToken>);
    let ask = move |token: TypedToken| {
        asked.set(Some(token.clone()));
        verify.dispatch(VerifyBot { id: state.id, draft: state.draft.get_value(), token });
    };
    // Telegram is asked as soon as the field contains a whole token, without a button. For the token of a draft, it is
    // asked once.
    Effect::new(move |before: Option<TypedToken>| {
        let token = typed.get();
        let is_kept_in_draft = before.is_none() && has_kept && state.draft.with_value(Option::is_some);
        if before.as_ref() != Some(&token) && (BotToken::parse(&token.0).is_ok() || is_kept_in_draft) {
            ask(token.clone());
        }
        token
    });
    // Text that was pasted or typed around the token is removed.
    let put = move |text: &str| match (BotToken::find(text), field.get_untracked()) {
        (Some(token), Some(field)) if token.expose() != field.value() => {
            field.set_value(token.expose());
            state.read();
            true
        }
        _ => false,
    };
    let pasted = move |event: leptos::ev::ClipboardEvent| {
        // An `<input>` removes line breaks from pasted text, so the token is extracted before that.
        let text = event.clipboard_data().and_then(|data| data.get_data("text").ok()).unwrap_or_default();
        if put(&text) {
            event.prevent_default();
        }
    };
    let keep = move |_| {
        if let (Some(field), Some(replace)) = (field.get_untracked(), replace.get_untracked()) {
            field.set_value("");
            _ = replace.remove_attribute("open");
            state.read();
        }
    };
    let whose = move |bot: &BotView| format!("✓ {} {} · {}", w.token_known, bot.name, bot.title());
    // The result is shown only for the token that was checked, not for one that is being typed.
    let told = move || {
        let is_current = typed.with(|typed| asked.with(|asked| asked.as_ref() == Some(typed)));
        verify.value().get().filter(|_| is_current)
    };
    Effect::new(move || state.new_bot.set(told().and_then(Result::ok).flatten()));
    let answer = move || {
        if verify.pending().get() {
            return (String::new(), w.token_checking.to_owned());
        }
        match told() {
            Some(Ok(Some(bot))) => ("ok".to_owned(), whose(&bot)),
            Some(Ok(None)) => ("bad".to_owned(), w.token_unknown.to_owned()),
            Some(Err(AppError::Invalid(faults))) => {
                ("bad".to_owned(), faults.into_iter().map(|fault| fault.sentence).collect::<Vec<_>>().join(" "))
            }
            Some(Err(error)) => ("bad".to_owned(), app_error(state.language, &error)),
            None => (String::new(), String::new()),
        }
    };
    let answer = Memo::new(move |_| answer());
    let invalid = move || {
        let at_fault = state.faults.with(|all| all.iter().any(|fault| fault.field == definition.name));
        at_fault.then_some("true")
    };
    let input = view! {
        <input
            class="input mono"
            id="field-telegramToken"
            name="form[token]"
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            placeholder="1234567890:AAF…"
            data-field=definition.name
            node_ref=field
            aria-invalid=invalid
            aria-describedby="field-telegramToken-fault token-answer field-telegramToken-help"
            on:paste=pasted
            on:input:target=move |event| _ = put(&event.target().value())
        />
    };
    let field = match kept {
        None => view! {
            <label for="field-telegramToken">{definition.title.get(state.language)}</label>
            {input}
        }
        .into_any(),
        Some(masked) => view! {
            <p class="stored">
                <span class="soft">{w_form.token_typed}</span>
                " "
                <span class="mono">{masked}</span>
            </p>
            <details class="replace" node_ref=replace>
                <summary class="button small">{w.token_replace}</summary>
                <label for="field-telegramToken">{w.token_new}</label>
                <div class="copy">
                    {input}
                    <button type="button" class="button needs-script" on:click=keep>
                        {w_form.token_keep}
                    </button>
                </div>
                <p class="help">{w_form.token_keep_help}</p>
            </details>
        }
        .into_any(),
    };
    view! {
        <div class="field">
            {field}
            <Said
                class=Signal::derive(move || format!("answer {}", answer.with(|(class, _)| class.clone())))
                id="token-answer"
                text=Signal::derive(move || answer.with(|(_, text)| text.clone()))
            />
            <FieldFaults field=definition.name id="field-telegramToken-fault" faults=state.faults />
            <p class="help" id="field-telegramToken-help">
                {definition.help.get(state.language)} " " {w_form.token_help}
            </p>
        </div>
    }
}
