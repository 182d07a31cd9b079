//! Where messages go: a bot, whose token is stored and never shown again, or the sandbox.

use hookgram::{parameters::Parameter, secret::BotToken};
use leptos::prelude::*;

use super::{State, cards::Card};
use crate::{
    error::AppError,
    form::{BOT, ProfileForm, SANDBOX, TypedToken},
    parts::{FieldFaults, Said},
    views::{BotView, TargetView},
    words::{BuilderWords, app_error, words},
};

/// Asks Telegram who a bot is: of a typed token, or of the one stored with a profile.
#[server(prefix = "/rpc", endpoint = "verify-bot")]
pub async fn verify_bot(id: Option<i64>, token: TypedToken) -> Result<Option<BotView>, AppError> {
    let operator = crate::session::operator()?;
    let form = ProfileForm { token, ..ProfileForm::default() };
    let (profile, _) = form.read();
    expect_context::<crate::ports::Ports>().profiles.who_is(&operator, id, &profile).await
}

#[component]
pub fn BotCard(target: Option<TargetView>) -> impl IntoView {
    let w = words::<BuilderWords>();
    let state = State::get();
    let is_sandbox = state.initial.with_value(ProfileForm::is_sandbox);
    let (stored, known) = match target {
        Some(TargetView::Bot { masked_token, bot }) => (masked_token, bot),
        _ => (None, None),
    };
    view! {
        <Card title=w.bot_title why=w.bot_why>
            <fieldset class="choices">
                <legend class="visually-hidden">{w.bot_title}</legend>
                <Choice value=BOT title=w.target_bot help=w.target_bot_help checked=!is_sandbox />
                <Choice value=SANDBOX title=w.target_sandbox help=w.target_sandbox_help checked=is_sandbox />
            </fieldset>
            // Hidden by the style sheet while the sandbox is chosen: so it is before WebAssembly, too.
            <div class="only-bot">
                <Token stored known />
            </div>
        </Card>
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

#[component]
fn Token(stored: Option<String>, known: Option<BotView>) -> impl IntoView {
    let w = words::<BuilderWords>();
    let state = State::get();
    let definition = Parameter::TelegramToken.definition();
    let verify = ServerAction::<VerifyBot>::new();
    let typed = Memo::new(move |_| state.form.with(|form| form.token.clone()));
    // As soon as a whole token stands there, Telegram is asked; nobody has to press anything.
    Effect::new(move |before: Option<TypedToken>| {
        let token = typed.get();
        if before.as_ref() != Some(&token) && BotToken::parse(&token.0).is_ok() {
            verify.dispatch(VerifyBot { id: state.id, token: token.clone() });
        }
        token
    });
    let has_stored = stored.is_some();
    let current = move || !typed.with(|token| token.0.trim().is_empty()) || has_stored;
    let answer = move || {
        let known = known.clone();
        if verify.pending().get() {
            return (String::new(), w.token_checking.to_owned());
        }
        match verify.value().get().filter(|_| current()) {
            Some(Ok(Some(bot))) => ("ok".to_owned(), format!("✓ {} {} · @{}", w.token_known, bot.name, bot.username)),
            Some(Ok(None)) => ("bad".to_owned(), w.token_unknown.to_owned()),
            Some(Err(error)) => ("bad".to_owned(), app_error(state.language, &error)),
            None => match known {
                Some(bot) => ("ok".to_owned(), format!("✓ {} {} · @{}", w.token_known, bot.name, bot.username)),
                None => (String::new(), String::new()),
            },
        }
    };
    let answer = Memo::new(move |_| answer());
    let input = view! {
        <input
            class="input mono"
            id="field-telegramToken"
            name="form[token]"
            autocomplete="off"
            spellcheck="false"
            placeholder="1234567890:AAF…"
            data-field=definition.name
            aria-describedby="field-telegramToken-fault field-telegramToken-help"
        />
    };
    let field = match stored {
        None => view! {
            <label for="field-telegramToken">{definition.title.get(state.language)}</label>
            {input}
        }
        .into_any(),
        Some(masked) => view! {
            <p class="stored">
                <span class="soft">{w.token_stored}</span>
                " "
                <span class="mono">{masked}</span>
            </p>
            <details class="replace">
                <summary class="button small">{w.token_replace}</summary>
                <label for="field-telegramToken">{w.token_new}</label>
                {input}
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
                {definition.help.get(state.language)}
            </p>
        </div>
    }
}
