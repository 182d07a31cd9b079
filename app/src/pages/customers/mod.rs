//! `/customers`: the customers of booking bots; `/customers/{id}`: one of them.

mod one;

use hookgram::{Millis, delivery::FailureCause, person::Person};
use leptos::prelude::*;

pub(super) use self::one::Customer;
pub use self::one::CustomerPage;
use super::moment::At;
use crate::{
    components::EmptyState,
    i18n::{CustomerWords, causes, language, words},
    views::{CustomerBookingView, CustomerBot, CustomerQuery, CustomerView, Reach},
};

/// A page of the list.
#[derive(Clone, Debug)]
pub struct CustomersView {
    /// The query.
    pub query: CustomerQuery,
    /// The customers found.
    pub rows: Vec<CustomerView>,
    /// The query of the next page, if there is one.
    pub next: Option<CustomerQuery>,
    /// The ids and names of the bots that have customers.
    pub bots: Vec<(i64, String)>,
    /// Whether the reader may see personal data.
    pub sees_data: bool,
}

#[component]
pub(super) fn Customers(view: CustomersView) -> impl IntoView {
    let w = words::<CustomerWords>();
    let CustomersView { query, rows, next, bots, sees_data } = view;
    let is_first = query.behind.is_none();
    let newest = (!is_first).then(|| CustomerQuery { behind: None, ..query.clone() }.address());
    let (is_narrowed, is_empty) = (query.is_narrowed(), rows.is_empty());
    let has_filters = !is_empty || is_narrowed || !is_first;
    let list = match (is_empty, is_narrowed || !is_first) {
        (true, false) => {
            view! { <EmptyState title=w.none_title why=w.none_why href="/bots" action=w.none_action /> }.into_any()
        }
        (true, true) => view! {
            <EmptyState title=w.no_match_title why=w.no_match_why href="/customers" action=w.reset />
        }
        .into_any(),
        (false, _) => view! { <Table rows /> }.into_any(),
    };
    view! {
        <div class="page-head">
            <div>
                <h1>{w.title}</h1>
                <p class="why">{w.why}</p>
            </div>
        </div>
        {has_filters.then(|| view! { <Filters query bots sees_data /> })}
        {list}
        {(newest.is_some() || next.is_some())
            .then(|| {
                view! {
                    <p class="actions pager">
                        {newest.map(|href| view! { <a class="button small" href=href>{w.newest}</a> })}
                        {next
                            .map(|next| {
                                view! {
                                    <a class="button small" rel="next" href=next.address()>
                                        {w.older}
                                    </a>
                                }
                            })}
                    </p>
                }
            })}
    }
}

#[component]
fn Filters(query: CustomerQuery, bots: Vec<(i64, String)>, sees_data: bool) -> impl IntoView {
    let w = words::<CustomerWords>();
    let is_narrowed = query.is_narrowed();
    let options = bots
        .into_iter()
        .map(|(id, title)| view! { <option value=id.to_string() selected=query.bot == Some(id)>{title}</option> })
        .collect_view();
    view! {
        <form class="customer-filters" method="get" action="/customers" role="search">
            {sees_data
                .then(|| {
                    view! {
                        <input
                            class="input"
                            type="search"
                            name="q"
                            value=query.text.clone()
                            aria-label=w.search
                            placeholder=w.search_hint
                            autocomplete="off"
                            spellcheck="false"
                        />
                    }
                })}
            <select class="input" name="bot" aria-label=w.bot>
                <option value="">{w.all_bots}</option>
                {options}
            </select>
            <button class="button">{w.find}</button>
            {is_narrowed.then(|| view! { <a class="button plain" href="/customers">{w.reset}</a> })}
        </form>
    }
}

#[component]
fn Table(rows: Vec<CustomerView>) -> impl IntoView {
    let w = words::<CustomerWords>();
    let rows = rows.into_iter().map(row).collect_view();
    view! {
        <div class="card table-card">
            <table class="table customer-table" aria-label=w.title>
                <thead>
                    <tr>
                        <th scope="col">{w.customer}</th>
                        <th scope="col">{w.bots}</th>
                        <th scope="col">{w.first}</th>
                        <th scope="col">{w.start}</th>
                        <th scope="col">{w.booking}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

fn row(customer: CustomerView) -> AnyView {
    let w = words::<CustomerWords>();
    let start = at_or_dash(customer.last_start());
    let CustomerView { chat, name, username, language, first_at, bots, booking, .. } = customer;
    let name = if name.is_empty() { w.no_name.to_owned() } else { name };
    let name = view! { <bdi translate="no">{name}</bdi> };
    let title = match page_of(&chat) {
        Some(href) => view! { <a href=href>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    let bots = bots
        .into_iter()
        .map(|bot| view! { <li>{bot_link(&bot)} " " <ReachMark reach=bot.reach /></li> }.into_any())
        .collect_view();
    view! {
        <tr>
            <th scope="row">
                {title}
                <span class="row-sub">
                    {(!username.is_empty()).then(|| format!("@{username} · "))} {chat}
                    {(!language.is_empty()).then(|| view! { " · " <code>{language}</code> })}
                </span>
            </th>
            <td data-title=w.bots>
                <ul class="customer-bots">{bots}</ul>
            </td>
            <td data-title=w.first>
                <At at=first_at />
            </td>
            <td data-title=w.start>{start}</td>
            <td data-title=w.booking>{booking.map(short_booking).unwrap_or_else(|| "–".into_any())}</td>
        </tr>
    }
    .into_any()
}

fn short_booking(booking: CustomerBookingView) -> AnyView {
    let w = words::<CustomerWords>();
    let when = when(&booking);
    view! {
        <span>
            {when}
            {booking.cancelled.then(|| view! { " " <span class="tag">{w.cancelled}</span> })}
            {booking.service.map(|service| view! { <bdi class="row-sub" translate="no">{service}</bdi> })}
        </span>
    }
    .into_any()
}

fn when(booking: &CustomerBookingView) -> AnyView {
    match booking.starts_at {
        Some(at) => view! { <At at /> }.into_any(),
        None => words::<CustomerWords>().order.into_any(),
    }
}

fn at_or_dash(at: Option<Millis>) -> AnyView {
    match at {
        Some(at) => view! { <At at /> }.into_any(),
        None => "–".into_any(),
    }
}

fn bot_link(bot: &CustomerBot) -> AnyView {
    let title = bot.title.clone();
    match bot.has_page {
        true => view! { <a class="quiet-link" href=format!("/bots/{}", bot.id)>{title}</a> }.into_any(),
        false => title.into_any(),
    }
}

/// The mark that shows whether a bot may write to a customer: a dot and a word.
#[component]
fn ReachMark(reach: Reach) -> impl IntoView {
    let w = words::<CustomerWords>();
    let (class, word) = match reach {
        Reach::Open => ("ok", w.open),
        Reach::Stopped => ("soft", w.stopped),
        Reach::Unreachable(FailureCause::Blocked) => ("bad", w.blocked),
        Reach::Unreachable(cause) => ("bad", causes::cause(language(), cause)),
        Reach::Unknown => ("warn", w.unknown),
    };
    view! { <span class=format!("mark reach {class}")><span class="cause">{word}</span></span> }
}

/// The address of the page of the customer with this chat; `None` for a shortened chat.
fn page_of(chat: &str) -> Option<String> {
    (!chat.starts_with('…')).then(|| format!("/customers/{chat}"))
}

/// The recipient of a message: the name and the phone if they are known, then the chat, as in
/// `Анна · +7 911 000-00-00 · 600700800`. The name in the event takes precedence over the customer's name in
/// Telegram. `href` is the link of a chat.
pub(super) fn recipient(
    chat: Option<String>,
    customer: Option<String>,
    person: Person,
    href: impl Fn(&str) -> Option<String>,
) -> Option<AnyView> {
    let page = customer.as_ref().zip(chat.as_deref()).and_then(|(_, chat)| page_of(chat));
    let name = person.name.or(customer).map(|name| linked(page, view! { <bdi translate="no">{name}</bdi> }.into_any()));
    let phone = person.phone.map(|phone| {
        let number: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        linked(Some(format!("tel:{number}")), view! { <bdi translate="no">{phone}</bdi> }.into_any())
    });
    let is_named = name.is_some() || phone.is_some();
    let chat = chat.map(|chat| {
        let chat = linked(href(&chat), chat.into_any());
        if is_named { view! { <span class="soft">{chat}</span> }.into_any() } else { chat }
    });
    let mut pieces: Vec<AnyView> = Vec::new();
    for piece in [name, phone, chat].into_iter().flatten() {
        if !pieces.is_empty() {
            pieces.push(" · ".into_any());
        }
        pieces.push(piece);
    }
    (!pieces.is_empty()).then(|| view! { <span class="recipient">{pieces}</span> }.into_any())
}

fn linked(href: Option<String>, text: AnyView) -> AnyView {
    match href {
        Some(href) => view! { <a class="quiet-link" href=href>{text}</a> }.into_any(),
        None => text,
    }
}
