//! One customer: the stored data and the available actions.

use hookgram::log_query::LogQuery;
use leptos::prelude::*;

use super::{ReachMark, at_or_dash, bot_link, when};
use crate::{
    i18n::{CustomerWords, words},
    pages::moment::At,
    views::{CustomerBookingView, CustomerBot, CustomerView, Reach},
};

/// The page of one customer.
#[derive(Clone, Debug)]
pub struct CustomerPage {
    /// The customer.
    pub customer: CustomerView,
    /// All known bookings of the customer, the earliest first.
    pub bookings: Vec<CustomerBookingView>,
    /// Whether the reader may export, erase, and stop messages.
    pub may_act: bool,
}

impl CustomerPage {
    /// The name, or the chat if the name has no visible text.
    #[must_use]
    pub fn title(&self) -> String {
        let CustomerView { name, chat, .. } = &self.customer;
        if name.is_empty() { chat.clone() } else { name.clone() }
    }
}

#[component]
pub(in crate::pages) fn Customer(view: CustomerPage) -> impl IntoView {
    let w = words::<CustomerWords>();
    let title = view.title();
    let CustomerPage { customer, bookings, may_act } = view;
    let (id, bots) = (customer.chat.clone(), customer.bots.clone());
    let log = LogQuery { chat: id.clone(), ..LogQuery::default() }.address("/deliveries");
    let export = may_act.then(|| {
        view! {
            <a class="button" href=format!("/customers/{id}/export.json") download>
                {w.export}
            </a>
            <a class="button" href=format!("/deliveries/erase?chat={id}")>
                {w.erase}
            </a>
        }
    });
    let stop = may_act.then(|| view! { <Stop id=id.clone() bots=bots.clone() /> });
    view! {
        <div class="page-head">
            <div>
                <p class="crumbs">
                    <a href="/customers">{w.title}</a>
                </p>
                <h1>
                    <bdi translate="no">{title}</bdi>
                </h1>
            </div>
            <div class="actions">
                <a class="button" href=log>
                    {w.deliveries}
                </a>
                {export}
            </div>
        </div>
        <Facts customer />
        <Bots bots />
        <Bookings bookings />
        {stop}
    }
}

#[component]
fn Facts(customer: CustomerView) -> impl IntoView {
    let w = words::<CustomerWords>();
    let CustomerView { chat, username, language, first_at, last_at, .. } = customer;
    let username = (!username.is_empty()).then(|| {
        let href = format!("https://t.me/{}", hookgram::query::encode(&username));
        view! {
            <div>
                <dt>{w.username}</dt>
                <dd>
                    <a href=href target="_blank" rel="noopener noreferrer" translate="no">
                        "@"
                        {username}
                    </a>
                </dd>
            </div>
        }
    });
    let language = (!language.is_empty()).then(|| {
        view! {
            <div>
                <dt>{w.language}</dt>
                <dd>
                    <code>{language}</code>
                </dd>
            </div>
        }
    });
    view! {
        <section class="card">
            <dl class="facts">
                <div>
                    <dt>{w.chat}</dt>
                    <dd class="mono">{chat}</dd>
                </div>
                {username}
                {language}
                <div>
                    <dt>{w.first}</dt>
                    <dd>
                        <At at=first_at />
                    </dd>
                </div>
                <div>
                    <dt>{w.last}</dt>
                    <dd>
                        <At at=last_at />
                    </dd>
                </div>
            </dl>
            <p class="help">{w.own}</p>
        </section>
    }
}

#[component]
fn Bots(bots: Vec<CustomerBot>) -> impl IntoView {
    let w = words::<CustomerWords>();
    let rows = bots
        .into_iter()
        .map(|bot| {
            let started = at_or_dash(bot.started_at);
            view! {
                <tr>
                    <th scope="row">{bot_link(&bot)}</th>
                    <td data-title=w.reach>
                        <ReachMark reach=bot.reach />
                    </td>
                    <td data-title=w.start>{started}</td>
                </tr>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <section class="card table-card">
            <h2 class="table-title">{w.bots}</h2>
            <table class="table" aria-label=w.bots>
                <thead>
                    <tr>
                        <th scope="col">{w.bot}</th>
                        <th scope="col">{w.reach}</th>
                        <th scope="col">{w.start}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

#[component]
fn Bookings(bookings: Vec<CustomerBookingView>) -> impl IntoView {
    let w = words::<CustomerWords>();
    if bookings.is_empty() {
        return view! {
            <section class="card">
                <h2>{w.bookings}</h2>
                <p class="soft">{w.bookings_none}</p>
                <p class="help">{w.bookings_why}</p>
            </section>
        }
        .into_any();
    }
    let rows = bookings
        .into_iter()
        .map(|booking| {
            let when = when(&booking);
            let CustomerBookingView { service, number, link, cancelled, .. } = booking;
            // The link is text from an event, so only web addresses are followed.
            let link = link.filter(|link| link.starts_with("https://") || link.starts_with("http://"));
            view! {
                <tr>
                    <th scope="row">{when} {cancelled.then(|| view! { " " <span class="tag">{w.cancelled}</span> })}</th>
                    <td data-title=w.service>
                        <bdi translate="no">{service}</bdi>
                    </td>
                    <td data-title=w.number>{number}</td>
                    <td class="end">
                        {link
                            .map(|href| {
                                view! {
                                    <a href=href target="_blank" rel="noopener noreferrer">
                                        {w.open_booking}
                                    </a>
                                }
                            })}
                    </td>
                </tr>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <section class="card table-card">
            <h2 class="table-title">{w.bookings}</h2>
            <table class="table" aria-label=w.bookings>
                <thead>
                    <tr>
                        <th scope="col">{w.when}</th>
                        <th scope="col">{w.service}</th>
                        <th scope="col">{w.number}</th>
                        <th scope="col">
                            <span class="visually-hidden">{w.open_booking}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            <p class="help table-note">{w.bookings_why}</p>
        </section>
    }
    .into_any()
}

/// The form that stops messages, with a button for each bot whose messages are not stopped yet.
#[component]
fn Stop(id: String, bots: Vec<CustomerBot>) -> impl IntoView {
    let w = words::<CustomerWords>();
    let buttons = bots
        .into_iter()
        .filter(|bot| bot.reach != Reach::Stopped)
        .map(|bot| {
            view! {
                <button class="button danger" name="bot" value=bot.id>
                    {w.stop_of}
                    " "
                    {bot.title}
                </button>
            }
            .into_any()
        })
        .collect::<Vec<_>>();
    let form = if buttons.is_empty() {
        view! { <p class="soft">{w.stop_none}</p> }.into_any()
    } else {
        view! {
            <p class="why">{w.stop_why}</p>
            <ul class="consequences">
                <li>{w.stop_back}</li>
                <li>{w.stop_erased}</li>
            </ul>
            <form class="actions" method="post" action=format!("/customers/{id}/stop")>
                {buttons}
            </form>
        }
        .into_any()
    };
    view! {
        <section class="card customer-stop">
            <h2>{w.stop}</h2>
            {form}
        </section>
    }
}
