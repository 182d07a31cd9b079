//! `/profiles/urls`

use leptos::prelude::*;

use crate::{
    components::CopyField,
    i18n::{ProfileActionWords, language, make_profiles, old_urls, words},
    pages::{Fault, PageHead},
    views::BotView,
};

/// The page for importing old URLs.
#[derive(Clone, Debug, Default)]
pub struct UrlsPage {
    /// The fault of the form as a whole.
    pub fault: Option<String>,
    /// The table, once URLs have been read.
    pub table: Option<UrlTable>,
    /// The created profiles, with the old and the new URL of each.
    pub moved: Option<MovedUrls>,
}

/// Old URLs and the short URLs that replace them.
#[derive(Clone, Debug)]
pub struct MovedUrls {
    /// The id under which the server stores the list, for half an hour.
    pub id: String,
    /// The rows, in the order of the list.
    pub rows: Vec<MovedUrl>,
}

/// An old URL and the profile that was created from it.
#[derive(Clone, Debug)]
pub struct MovedUrl {
    /// The line number, from 1.
    pub line: usize,
    /// The old URL, with its token masked.
    pub old: String,
    /// The profile's id.
    pub id: i64,
    /// The profile's name.
    pub name: String,
    /// The short URL.
    pub short_url: String,
}

/// The profiles that the URLs describe.
#[derive(Clone, Debug)]
pub struct UrlTable {
    /// The draft to confirm.
    pub draft: String,
    /// One row for each line.
    pub rows: Vec<UrlRow>,
    /// The bots to choose from for URLs that lack only a bot.
    pub bots: Vec<BotView>,
    /// The chosen one.
    pub bot: Option<i64>,
    /// The fault of the choice.
    pub bot_fault: Option<String>,
}

/// A line of the list.
#[derive(Clone, Debug, Default)]
pub struct UrlRow {
    /// The line number, from 1.
    pub line: usize,
    /// The name of the new profile.
    pub name: String,
    /// The fault of the name.
    pub name_fault: Option<String>,
    /// The bot's `@name`, or the masked token.
    pub bot: String,
    /// The contact field.
    pub field: String,
    /// The first words of the message.
    pub message: String,
    /// Why the URL cannot become a profile.
    pub faults: Vec<String>,
    /// Parts of the URL that cannot be imported.
    pub lost: Vec<String>,
    /// Further advice about the profile.
    pub advice: Vec<String>,
    /// A sentence about an earlier line or a stored profile with the same content.
    pub twin: Option<String>,
    /// Whether the URL names the shared bot of the booking service and has no other fault.
    pub lacks_bot: bool,
    /// Whether the URL can become a profile.
    pub can_be_made: bool,
    /// Whether the reader has selected it.
    pub marked: bool,
}

#[component]
pub(in crate::pages) fn Urls(page: UrlsPage) -> impl IntoView {
    let w = words::<ProfileActionWords>();
    let UrlsPage { fault, table, moved } = page;
    let (title, why) = match &moved {
        Some(_) => (w.moved_title, w.moved_why),
        None => (w.urls_title, w.urls_why),
    };
    let body = match (moved, table) {
        (Some(moved), _) => view! { <Moved moved /> }.into_any(),
        (None, Some(table)) => view! { <Table table /> }.into_any(),
        (None, None) => view! { <Paste /> }.into_any(),
    };
    view! {
        <PageHead title=title.to_owned() why />
        <Fault sentence=fault />
        {body}
    }
}

/// The created profiles: the short URL that replaces each old one.
#[component]
fn Moved(moved: MovedUrls) -> impl IntoView {
    let w = words::<ProfileActionWords>();
    let MovedUrls { id, rows } = moved;
    let rows = rows
        .into_iter()
        .map(|row| {
            let label = format!("{}: {}", w.moved_new, row.name);
            view! {
                <tr>
                    <th scope="row">{row.line}</th>
                    <td data-title=w.moved_old>
                        <span class="mono soft old-address">{row.old}</span>
                    </td>
                    <td data-title=w.moved_new>
                        <span class="stack">
                            <a href=format!("/profiles/{}/share", row.id)>{row.name}</a>
                            <CopyField text=row.short_url label />
                        </span>
                    </td>
                </tr>
            }
            .into_any()
        })
        .collect_view();
    view! {
        <div class="card table-card">
            <table class="table urls-table moved-table" aria-label=w.moved_title>
                <thead>
                    <tr>
                        <th scope="col">{w.line}</th>
                        <th scope="col">{w.moved_old}</th>
                        <th scope="col">{w.moved_new}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <div class="actions form-end">
            <a class="button primary" href=format!("/profiles/urls.csv?made={id}") download="">
                {w.moved_file}
            </a>
            <a class="button" href="/">
                {w.moved_done}
            </a>
        </div>
        <p class="help">{w.moved_kept}</p>
    }
}

#[component]
fn Paste() -> impl IntoView {
    let w = words::<ProfileActionWords>();
    view! {
        <form class="card" method="post" action="/profiles/urls">
            <div class="field">
                <label for="urls-text">{w.urls_list}</label>
                <textarea
                    class="input mono urls-text"
                    id="urls-text"
                    name="text"
                    rows="10"
                    spellcheck="false"
                    autocomplete="off"
                    required
                    aria-describedby="urls-help"
                    placeholder="https://hooks.example.com/webhook/telegram?telegramToken=…&telegramFieldName=*TelegramId&message=…"
                ></textarea>
                <p class="help" id="urls-help">
                    {w.urls_help}
                </p>
            </div>
            <div class="actions form-end">
                <button class="button primary">{w.urls_look}</button>
                <a class="button" href="/">
                    {w.cancel}
                </a>
            </div>
            <p class="help">{w.import_nothing_yet}</p>
        </form>
    }
}

#[component]
fn Table(table: UrlTable) -> impl IntoView {
    let w = words::<ProfileActionWords>();
    let UrlTable { draft, rows, bots, bot, bot_fault } = table;
    let lacks_bot = rows.iter().any(|row| row.lacks_bot);
    let choice = lacks_bot.then(|| view! { <BotChoice bots bot fault=bot_fault /> });
    let marked = rows.iter().filter(|row| row.marked).count();
    let any = rows.iter().any(|row| row.can_be_made);
    view! {
        <form method="post" action="/profiles/urls">
            <input type="hidden" name="draft" value=draft />
            {choice}
            <div class="card table-card">
                <table class="table urls-table" aria-label=w.urls_table>
                    <thead>
                        <tr>
                            <th scope="col">{w.line}</th>
                            <th scope="col">{w.name}</th>
                            <th scope="col">{w.bot_and_field}</th>
                            <th scope="col">{w.message}</th>
                            <th scope="col">{w.urls_notes}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.into_iter().map(|row| view! { <Row row /> }).collect_view()}</tbody>
                </table>
            </div>
            <div class="actions form-end">
                {any.then(|| view! { <button class="button primary">{make_profiles(language(), marked)}</button> })}
                <a class="button" href="/profiles/urls">
                    {w.urls_other}
                </a>
            </div>
        </form>
    }
}

/// The choice of a bot for profiles whose URLs name the shared bot of the booking service.
#[component]
fn BotChoice(bots: Vec<BotView>, bot: Option<i64>, fault: Option<String>) -> impl IntoView {
    let w = words::<ProfileActionWords>();
    let is_bad = fault.is_some();
    let options = bots
        .iter()
        .map(|one| {
            view! { <option value=one.id.to_string() selected=bot == Some(one.id)>{one.title()}</option> }.into_any()
        })
        .collect_view();
    let select = (!bots.is_empty()).then(|| {
        view! {
            <div class="field">
                <label for="shared-bot">{w.urls_bot}</label>
                <select
                    class="input"
                    id="shared-bot"
                    name="bot"
                    translate="no"
                    autofocus=is_bad
                    aria-invalid=is_bad.then_some("true")
                    aria-describedby="shared-bot-fault"
                >
                    <option value="">"–"</option>
                    {options}
                </select>
                {fault.map(|fault| view! { <p class="field-fault" id="shared-bot-fault">{fault}</p> })}
            </div>
        }
    });
    view! {
        <div class="notice warn" id="shared">
            <p>{old_urls::shared_bot(language())}</p>
            {select}
            <a class="button small" href="/bots#add">
                {w.urls_make_bot}
            </a>
        </div>
    }
}

#[component]
fn Row(row: UrlRow) -> impl IntoView {
    let w = words::<ProfileActionWords>();
    let line = row.line;
    let name_id = format!("name-{line}");
    let fault_id = format!("name-{line}-fault");
    let invalid = row.name_fault.is_some();
    let name = if row.can_be_made {
        view! {
            <input
                class="input"
                id=name_id.clone()
                name=name_id
                value=row.name
                aria-label=format!("{}, {} {line}", w.name, w.line_lower)
                aria-invalid=invalid.then_some("true")
                aria-describedby=fault_id.clone()
            />
            <p class="field-fault" id=fault_id>
                {row.name_fault}
            </p>
        }
        .into_any()
    } else {
        view! { <span class="mark bad">{w.urls_not}</span> }.into_any()
    };
    let nothing = row.faults.is_empty() && row.lost.is_empty() && row.advice.is_empty() && row.twin.is_none();
    // On a phone, each cell shows its title above it. An empty cell has none.
    let (bot_title, message_title) =
        ((!row.bot.is_empty()).then_some(w.bot_and_field), (!row.message.is_empty()).then_some(w.message));
    view! {
        <tr>
            <th scope="row">
                <label class="check">
                    <input
                        type="checkbox"
                        name=format!("make-{line}")
                        checked=row.marked
                        disabled=!row.can_be_made
                        aria-label=format!("{} {line}", w.urls_make)
                    />
                    {line}
                </label>
            </th>
            <td data-title=w.name>
                <span class="stack">{name}</span>
            </td>
            <td data-title=bot_title>
                <span class="stack">
                    <span class="whole">{row.bot}</span>
                    <span class="mono soft">{row.field}</span>
                </span>
            </td>
            <td data-title=message_title>{row.message}</td>
            <td data-title=w.urls_notes>
                <span class="stack">
                    {nothing.then(|| view! { <span class="mark ok">{w.urls_whole}</span> })}
                    {row.twin.map(|twin| view! { <span class="mark warn wraps">{twin}</span> })}
                    <Notes class="faults" title="" notes=row.faults />
                    <Notes class="lost" title=w.urls_lost notes=row.lost />
                    <Notes class="advice" title="" notes=row.advice />
                </span>
            </td>
        </tr>
    }
}

#[component]
fn Notes(class: &'static str, title: &'static str, notes: Vec<String>) -> impl IntoView {
    (!notes.is_empty()).then(|| {
        view! {
            {(!title.is_empty()).then(|| view! { <b class="notes-title">{title}</b> })}
            <ul class=class>{notes.into_iter().map(|note| view! { <li>{note}</li> }).collect_view()}</ul>
        }
    })
}
