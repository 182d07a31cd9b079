//! `/bots`: the bots; `/bots/{id}`: one bot, its token and its profiles; `/bots/{id}/booking`: its booking bot.

mod booking;
mod state;

use hookgram::bot::BotState;
use leptos::prelude::*;

use self::booking::BookingMark;
pub use self::booking::{BookingForm, BookingView, PosterView, StartLink, WebhookOffer};
pub(super) use self::{
    booking::{Booking, Poster, bubbles, said},
    state::StateMark,
};
use super::moment::At;
use crate::{
    components::EmptyState,
    i18n::{BookingWords, BotsWords, causes, language, words},
    views::BotDetail,
};

/// The list of bots.
#[derive(Clone, Debug)]
pub struct BotsView {
    /// The bots, those with a problem first.
    pub bots: Vec<BotDetail>,
    /// Whether the reader may add a bot.
    pub may_act: bool,
    /// Why no bot was added.
    pub fault: Option<String>,
}

/// The page of one bot.
#[derive(Clone, Debug)]
pub struct BotPageView {
    /// The bot.
    pub detail: BotDetail,
    /// The ids and names of the profiles that refer to it.
    pub profiles: Vec<(i64, String)>,
    /// Whether the reader may change it.
    pub may_act: bool,
    /// Why nothing was changed.
    pub fault: Option<String>,
}

#[component]
pub(super) fn Bots(view: BotsView) -> impl IntoView {
    let w = words::<BotsWords>();
    let BotsView { bots, may_act, fault } = view;
    let list = if bots.is_empty() {
        view! { <EmptyState title=w.empty_title why=w.empty_why href="#add" action=w.add /> }.into_any()
    } else {
        view! {
            <div class="card table-card">
                <BotTable bots />
            </div>
        }
        .into_any()
    };
    let add = may_act.then(|| {
        view! {
            <section class="card" id="add">
                <h2>{w.add}</h2>
                <p class="why">{w.add_why}</p>
                <p>
                    <a class="button small" href="https://t.me/BotFather" target="_blank" rel="noopener">
                        {w.open_botfather}
                    </a>
                </p>
                <form method="post" action="/bots">
                    <TokenField fault />
                    <div class="actions form-end">
                        <button class="button primary">{w.add}</button>
                    </div>
                </form>
            </section>
        }
    });
    view! {
        <div class="page-head">
            <div>
                <h1>{w.title}</h1>
                <p class="why">{w.why}</p>
            </div>
        </div>
        {list}
        {add}
    }
}

/// A table of bots. The health page shows it too.
#[component]
pub(super) fn BotTable(bots: Vec<BotDetail>) -> impl IntoView {
    let w = words::<BotsWords>();
    let rows = bots
        .into_iter()
        .map(|detail| {
            let answered = match detail.answered_at {
                Some(at) => view! { <At at /> }.into_any(),
                None => "–".into_any(),
            };
            let href = format!("/bots/{}", detail.bot.id);
            let name = detail.bot.name.clone();
            view! {
                <tr>
                    <th scope="row">
                        <a href=href>{detail.bot.title()}</a>
                        {(!name.is_empty()).then(|| view! { <span class="row-sub">{name}</span> })}
                    </th>
                    <td data-title=w.state>
                        <StateMark state=detail.bot.state since=detail.state_since />
                    </td>
                    <td data-title=w.answered>{answered}</td>
                    <td data-title=w.profiles>{detail.profiles}</td>
                    <td data-title=w.waiting>{detail.waiting}</td>
                    <td data-title=w.booking>
                        <BookingMark enabled=detail.books />
                    </td>
                </tr>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <table class="table" aria-label=w.title>
            <thead>
                <tr>
                    <th scope="col">{w.bot}</th>
                    <th scope="col">{w.state}</th>
                    <th scope="col">{w.answered}</th>
                    <th scope="col">{w.profiles}</th>
                    <th scope="col">{w.waiting}</th>
                    <th scope="col">{w.booking}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn TokenField(fault: Option<String>) -> impl IntoView {
    let w = words::<BotsWords>();
    let is_bad = fault.is_some();
    view! {
        <div class="field">
            <label for="token">{w.token}</label>
            <input
                class="input mono"
                id="token"
                name="token"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                placeholder="1234567890:AAF…"
                required
                autofocus=is_bad
                aria-invalid=is_bad.then_some("true")
                aria-describedby=if is_bad { "token-fault token-help" } else { "token-help" }
            />
            {fault.map(|fault| view! { <p class="field-fault" id="token-fault">{fault}</p> })}
            <p class="help" id="token-help">
                {w.token_help}
            </p>
        </div>
    }
}

#[component]
pub(super) fn BotPage(view: BotPageView) -> impl IntoView {
    let (w, b) = (words::<BotsWords>(), words::<BookingWords>());
    let BotPageView { detail, profiles, may_act, fault } = view;
    let id = detail.bot.id;
    let title = detail.bot.title();
    let name = Some(detail.bot.name.clone()).filter(|name| !name.is_empty());
    let refusal = detail.refusal.clone().filter(|_| detail.bot.state == BotState::Refused);
    let trouble = match detail.bot.state {
        BotState::Refused => Some(w.refused_do),
        BotState::Locked => Some(causes::advice(language(), hookgram::delivery::FailureCause::TokenLocked)),
        BotState::Unknown | BotState::Working => None,
    };
    let trouble = trouble.map(|advice| {
        view! {
            <div class="notice bad">
                <p>{advice}</p>
                {refusal.map(|text| view! { <p class="soft">{w.answer_was} " " <span translate="no">{text}</span></p> })}
            </div>
        }
    });
    let is_used = !profiles.is_empty();
    let rows = profiles
        .into_iter()
        .map(|(id, name)| view! { <li><a href=format!("/profiles/{id}")>{name}</a></li> }.into_any())
        .collect_view();
    let used_by = if is_used {
        view! { <ul class="plain-list">{rows}</ul> }.into_any()
    } else {
        view! { <p class="soft">{w.used_by_none}</p> }.into_any()
    };
    let answered = match detail.answered_at {
        Some(at) => view! { <At at /> }.into_any(),
        None => w.never.into_any(),
    };
    let actions = may_act.then(|| {
        view! {
            <section class="card" id="token-card">
                <h2>{w.new_token}</h2>
                <p class="why">{w.new_token_why}</p>
                {detail.masked_token.clone().map(|masked| view! { <p><span class="soft">{w.token_now}</span> " " <span class="mono">{masked}</span></p> })}
                <form method="post" action=format!("/bots/{id}/token")>
                    <TokenField fault />
                    <div class="actions form-end">
                        <button class="button primary">{w.save_token}</button>
                    </div>
                </form>
            </section>
            <section class="card">
                <h2>{w.remove}</h2>
                {if is_used {
                    view! { <p class="soft">{w.remove_used}</p> }.into_any()
                } else {
                    view! {
                        <p class="why">{w.remove_why}</p>
                        <form method="post" action=format!("/bots/{id}/remove")>
                            <button class="button danger">{w.remove}</button>
                        </form>
                    }
                    .into_any()
                }}
            </section>
        }
    });
    let check = may_act.then(|| {
        view! {
            <form method="post" action=format!("/bots/{id}/check")>
                <button class="button">{w.check}</button>
            </form>
        }
    });
    let new_profile = may_act.then(|| {
        view! {
            <p class="actions">
                <a class="button" href=format!("/profiles/new?bot={id}")>
                    {w.new_profile}
                </a>
            </p>
        }
    });
    view! {
        <div class="page-head">
            <div>
                <p class="crumbs">
                    <a href="/bots">{w.title}</a>
                </p>
                <h1>{title}</h1>
                {name.map(|name| view! { <p class="why">{name}</p> })}
            </div>
            <div class="actions">{check}</div>
        </div>
        {trouble}
        <section class="card">
            <dl class="facts">
                <div>
                    <dt>{w.state}</dt>
                    <dd>
                        <StateMark state=detail.bot.state since=detail.state_since />
                    </dd>
                </div>
                <div>
                    <dt>{w.answered}</dt>
                    <dd>{answered}</dd>
                </div>
                <div>
                    <dt>{w.waiting}</dt>
                    <dd>{detail.waiting}</dd>
                </div>
                <div>
                    <dt>{w.id}</dt>
                    <dd class="mono">{id}</dd>
                </div>
            </dl>
        </section>
        <section class="card" id="booking-card">
            <h2>{b.title}</h2>
            <p class="why">{b.what}</p>
            <p class="actions">
                <BookingMark enabled=detail.books />
                <a class="button" href=format!("/bots/{id}/booking")>
                    {if may_act { b.set_up } else { b.title }}
                </a>
            </p>
        </section>
        <section class="card">
            <h2>{w.used_by}</h2>
            {used_by}
            {new_profile}
        </section>
        {actions}
    }
}
