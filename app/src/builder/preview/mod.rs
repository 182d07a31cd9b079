//! The preview: the message rendered by the code that sends it, the request to Telegram, the profile as one URL, and
//! the effect of a change.

mod changes;
mod chat;
mod source;

use hookgram::{message::Outgoing, query, recipient, sample::Sample};
use leptos::prelude::*;

use self::{changes::Changes, chat::Chat, source::SourceField};
use super::{State, focus, test::TestCard};
use crate::{
    components::CopyField,
    i18n::{BuilderWords, PreviewWords, words},
    views::TOKEN_PLACE,
};
#[cfg(feature = "ssr")]
use crate::{error::AppError, views::PreviewData};

#[cfg(feature = "ssr")]
pub async fn data(viewer: &crate::session::Viewer, id: Option<i64>) -> Result<PreviewData, AppError> {
    let backend = crate::backend::backend();
    let past = match id {
        Some(id) => backend.past_events(viewer, id).await?,
        None => Vec::new(),
    };
    let test_chat = crate::test_chat::of_request(crate::session::Permission::account(viewer));
    Ok(PreviewData {
        test_chat: test_chat.map(|chat| chat.to_string()).unwrap_or_default(),
        stateless_endpoint: backend.stateless_endpoint(),
        past,
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    Message,
    Json,
    Url,
    Changes,
}

impl Tab {
    const ALL: [Self; 4] = [Self::Message, Self::Json, Self::Url, Self::Changes];

    fn id(self) -> &'static str {
        match self {
            Self::Message => "preview-message",
            Self::Json => "preview-json",
            Self::Url => "preview-url",
            Self::Changes => "preview-changes",
        }
    }

    fn title(self) -> &'static str {
        let w = words::<PreviewWords>();
        match self {
            Self::Message => w.message,
            Self::Json => w.json,
            Self::Url => w.url,
            Self::Changes => w.changes,
        }
    }
}

#[component]
pub fn Preview() -> impl IntoView {
    let w = words::<BuilderWords>();
    let own = words::<PreviewWords>();
    let state = State::get();
    let tab = RwSignal::new(Tab::Message);
    let parts = Memo::new(move |_| state.profile.with(|profile| state.render(profile)));
    // Without scripts there are no tabs, so everything is rendered until WebAssembly is loaded. After that only the
    // open tab is.
    let is_open = move |this: Tab| tab.get() == this || !state.live.get();
    let bodies = move || {
        let chat = state.chat();
        let body = |part: &hookgram::message::Part| {
            let text = part.html();
            let body = Outgoing { chat: &chat, text: &text, html: true }.body();
            view! { <CopyField text=body label=own.json whole=true /> }.into_any()
        };
        parts.with(|parts| parts.iter().map(body).collect_view())
    };
    let endpoint = state.preview.with_value(|data| data.stateless_endpoint.clone());
    let is_shut = endpoint.is_none();
    let url = move || {
        let endpoint = endpoint.as_ref()?;
        let url =
            state.profile.with(|profile| format!("{endpoint}?telegramToken={TOKEN_PLACE}&{}", query::write(profile)));
        Some(view! { <CopyField text=url label=own.url whole=true /> }.into_any())
    };
    view! {
        <aside class="preview" aria-label=w.preview_title>
            // On a phone, the style sheet makes this a sheet at the bottom that is initially closed. A check box opens
            // it, so no script is needed.
            <div class="sheet">
                <label class="sheet-handle">
                    <input type="checkbox" class="visually-hidden sheet-toggle" />
                    <span class="when-open">{w.preview_hide}</span>
                    <span class="when-closed">{w.preview_show}</span>
                </label>
                <div class="sheet-body">
                    <Tabs tab />
                    <SourceField />
                    <div class="panels">
                        <Panel this=Tab::Message tab>
                            <Chat parts />
                        </Panel>
                        <Panel this=Tab::Json tab>
                            <p class="help">{own.json_why}</p>
                            {move || is_open(Tab::Json).then(bodies)}
                            <p class="help" hidden=move || !parts.with(Vec::is_empty)>
                                {own.json_empty}
                            </p>
                        </Panel>
                        <Panel this=Tab::Url tab>
                            <p class="help">{if is_shut { own.url_shut } else { own.url_why }}</p>
                            {move || is_open(Tab::Url).then(&url)}
                        </Panel>
                        {state.id.map(|id| view! {
                            <Panel this=Tab::Changes tab>
                                <Changes id open=Signal::derive(move || tab.get() == Tab::Changes) />
                            </Panel>
                        }.into_any())}
                    </div>
                </div>
            </div>
            <TestCard />
        </aside>
    }
}

#[component]
fn Tabs(tab: RwSignal<Tab>) -> impl IntoView {
    let state = State::get();
    let count = if state.id.is_some() { 4 } else { 3 };
    let buttons = Tab::ALL
        .into_iter()
        .take(count)
        .map(|this| {
            let is_chosen = move || tab.get() == this;
            view! {
                <button
                    type="button"
                    class="segment"
                    role="tab"
                    id=format!("{}-tab", this.id())
                    aria-controls=this.id()
                    aria-selected=move || is_chosen().to_string()
                    tabindex=move || if is_chosen() { "0" } else { "-1" }
                    disabled=move || !state.live.get()
                    on:click=move |_| tab.set(this)
                >
                    {this.title()}
                </button>
            }
            .into_any()
        })
        .collect_view();
    let move_on = move |event: leptos::ev::KeyboardEvent| {
        let here = Tab::ALL.into_iter().position(|this| this == tab.get_untracked()).unwrap_or_default();
        let there = match event.key().as_str() {
            "ArrowRight" => (here + 1) % count,
            "ArrowLeft" => (here + count - 1) % count,
            "Home" => 0,
            "End" => count - 1,
            _ => return,
        };
        event.prevent_default();
        if let Some(this) = Tab::ALL.into_iter().nth(there) {
            tab.set(this);
            focus(&format!("#{}-tab", this.id()));
        }
    };
    let label = words::<PreviewWords>().views;
    view! {
        <div class="segments needs-script" role="tablist" aria-label=label on:keydown=move_on>
            {buttons}
        </div>
    }
}

/// A tab's panel. Without scripts, every panel is open and shows its title.
#[component]
fn Panel(this: Tab, tab: RwSignal<Tab>, children: Children) -> impl IntoView {
    view! {
        <div
            class=format!("panel {}", this.id())
            class:shut=move || tab.get() != this
            role="tabpanel"
            // A scrollable panel without a focusable element must be focusable itself, for keyboard users.
            tabindex=(this == Tab::Changes).then_some("0")
            id=this.id()
            aria-labelledby=format!("{}-tab", this.id())
        >
            <h2 class="panel-title">{this.title()}</h2>
            {children()}
        </div>
    }
}

impl State {
    fn chat(self) -> String {
        let reached = self.profile.with(|profile| {
            let field_name = profile.field_name.as_deref()?;
            self.event.with(|event| recipient::first_usable(event, field_name))
        });
        reached.map_or_else(|| Sample::CHAT.to_owned(), |(_, chat)| chat.to_string())
    }
}
