//! The mark of the state of a bot's token, as all pages show it.

use hookgram::{Millis, bot::BotState};
use leptos::prelude::*;

use crate::{
    i18n::{BotStateWords, BotsWords, bot_state, words},
    pages::moment::At,
};

/// The state as a mark, with its start time if it is a problem.
#[component]
pub(in crate::pages) fn StateMark(state: BotState, since: Millis) -> impl IntoView {
    let text = bot_state(words::<BotStateWords>(), state);
    match state {
        BotState::Working => view! { <span class="mark ok">{text}</span> }.into_any(),
        BotState::Unknown => view! { <span class="mark soft">{text}</span> }.into_any(),
        BotState::Refused | BotState::Locked => view! {
            <span class="stack">
                <span class="mark bad">{text}</span>
                <span class="soft">{words::<BotsWords>().since} " " <At at=since /></span>
            </span>
        }
        .into_any(),
    }
}
