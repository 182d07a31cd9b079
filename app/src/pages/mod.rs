//! The pages. The server renders all of them, and every form works without scripts. The browser hydrates only the
//! builder; its module contains no other page.

mod accounts;
mod audit;
mod bots;
mod builder;
mod customers;
mod deliveries;
mod form;
mod health;
mod minimal;
mod moment;
pub(crate) mod profiles;
mod sandbox;
mod settings;
mod units;

use hookgram::{replay::BulkProgress, role::Account};
use leptos::prelude::*;

pub use self::{
    accounts::{
        AccountView, ConfirmView, EntryForm, EntryPage, FactorView, InvitationView, InvitedView, Mailed, MemberView,
        SessionView, UsersView, entry,
    },
    audit::{AuditRow, AuditView},
    bots::{BookingForm, BookingView, BotPageView, BotsView, PosterView, StartLink, WebhookOffer},
    customers::{CustomerPage, CustomersView},
    deliveries::{
        ActView, Chosen, EraseView, ErasureView, LogView, PayloadView, Results, StoredView, UnreachableRow,
        UnreachableView,
    },
    health::{HealthView, Trouble},
    moment::Clock,
    profiles::{
        ImportPage, ImportPlan, ImportRow, LineFault, MovedUrl, MovedUrls, ShareView, UrlRow, UrlTable, UrlsPage,
    },
    sandbox::{SandboxBooking, SandboxChat, SandboxLine, SandboxView},
    settings::{SettingField, SettingsView, SmtpView, Tested},
};
pub use crate::builder::load_builder;
use crate::{
    components::layout::{AccountMenu, TopBar},
    document::{Document, Head},
    error::AppError,
    i18n::{
        AccountWords, ActWords, AuditWords, BookingWords, BotsWords, BuilderWords, ChatTitle, ConfirmWords,
        CustomerWords, EraseWords, FactorWords, HealthWords, LogWords, PageWords, ProfileActionWords, ProfilesWords,
        SandboxWords, SettingsWords, ShareWords, TraceWords, UnreachableWords, UserWords, app_error, booking_number,
        language, not_found, words,
    },
    preferences::{self, Preferences},
    session::NeedsYou,
    views::{BuilderData, ChatSearch, EventDetail, ListPage},
};

/// The page to render.
#[derive(Clone, Debug)]
pub enum ServerPage {
    /// An error page.
    Refused(AppError),
    /// The list of profiles.
    List(Box<ListPage>),
    /// The builder, and the error of a form from the page's address: the form's path and the error.
    Builder(Box<BuilderData>, Option<(String, String)>),
    /// A profile's short URL.
    Share(Box<ShareView>),
    /// A search for a chat.
    FindChat(ChatSearch),
    /// The confirmation before a profile that has received events today is disabled.
    Disable {
        /// The profile's id.
        id: i64,
        /// The profile's name.
        name: String,
        /// The number of events that it has received today.
        today: u64,
        /// The page to return to.
        back: String,
    },
    /// The confirmation before a profile is deleted.
    Delete {
        /// The profile's id.
        id: i64,
        /// The profile's name.
        name: String,
        /// The number of its messages that are not sent yet.
        waiting: u64,
    },
    /// The confirmation before a webhook key is replaced.
    Key {
        /// The profile's id.
        id: i64,
        /// The profile's name.
        name: String,
        /// The profile's full short URL with the current webhook key.
        short_url: String,
    },
    /// Importing profiles from a file.
    Import(ImportPage),
    /// Importing profiles from many old URLs.
    Urls(UrlsPage),
    /// The log.
    Log(Box<LogView>),
    /// One event, and whether the reader may replay and cancel.
    Event(Box<EventDetail>, bool),
    /// The body of an event.
    Payload(PayloadView),
    /// Replaying or cancelling deliveries.
    Act(ActView),
    /// A bulk action, and whether the reader may stop it.
    Work(Box<BulkProgress>, bool),
    /// The latest bulk actions, and whether the reader may stop them.
    Works(Vec<BulkProgress>, bool),
    /// Chats that no bot can reach, and their total number.
    Unreachable(UnreachableView),
    /// Erasing a person.
    Erase(Box<EraseView>),
    /// The bots.
    Bots(Box<BotsView>),
    /// One bot.
    Bot(Box<BotPageView>),
    /// The customers of booking bots.
    Customers(Box<CustomersView>),
    /// One customer.
    Customer(Box<CustomerPage>),
    /// The booking bot of a bot.
    Booking(Box<BookingView>),
    /// A poster of a booking bot.
    Poster(Box<PosterView>),
    /// The server's state.
    Health(Box<HealthView>),
    /// The sandbox.
    Sandbox(Box<SandboxView>),
    /// The reader's own account.
    Account(Box<AccountView>),
    /// The confirmation before all other sessions are ended.
    EndSessions(Vec<SessionView>),
    /// The second factor.
    Factor(Box<FactorView>),
    /// Re-authentication before an important change.
    Confirm(ConfirmView),
    /// The settings.
    Settings(Box<SettingsView>),
    /// The audit.
    Audit(Box<AuditView>),
    /// The users.
    Users(Box<UsersView>),
    /// One user, and why nothing was changed.
    User(Box<MemberView>, Option<String>),
    /// A new invitation.
    Invited(Box<InvitedView>),
}

impl ServerPage {
    fn title(&self) -> String {
        match self {
            Self::Refused(_) => words::<PageWords>().refused_title.to_owned(),
            Self::List(_) => words::<ProfilesWords>().title.to_owned(),
            Self::Builder(data, _) => match &data.detail {
                Some(detail) => detail.row.name.clone(),
                None => words::<BuilderWords>().new_title.to_owned(),
            },
            Self::Share(_) => words::<ShareWords>().title.to_owned(),
            Self::FindChat(_) => words::<ChatTitle>().title.to_owned(),
            Self::Disable { .. } => words::<ProfileActionWords>().disable_title.to_owned(),
            Self::Delete { .. } => words::<ProfileActionWords>().delete_title.to_owned(),
            Self::Key { .. } => words::<ProfileActionWords>().key_title.to_owned(),
            Self::Import(_) => words::<ProfileActionWords>().import_title.to_owned(),
            Self::Urls(_) => words::<ProfileActionWords>().urls_title.to_owned(),
            Self::Log(_) => words::<LogWords>().title.to_owned(),
            Self::Event(event, _) => match &event.row.order_number {
                Some(number) => booking_number(number),
                None => words::<TraceWords>().title.to_owned(),
            },
            Self::Payload(_) => words::<TraceWords>().payload_title.to_owned(),
            Self::Act(view) => view.title().to_owned(),
            Self::Work(..) | Self::Works(..) => words::<ActWords>().work_title.to_owned(),
            Self::Unreachable(..) => words::<UnreachableWords>().title.to_owned(),
            Self::Erase(_) => words::<EraseWords>().title.to_owned(),
            Self::Bots(_) => words::<BotsWords>().title.to_owned(),
            Self::Bot(view) => view.detail.bot.title(),
            Self::Customers(_) => words::<CustomerWords>().title.to_owned(),
            Self::Customer(view) => view.title(),
            Self::Booking(view) => format!("{} · {}", words::<BookingWords>().title, view.bot.title()),
            Self::Poster(view) => view.bot.title(),
            Self::Health(_) => words::<HealthWords>().title.to_owned(),
            Self::Sandbox(_) => words::<SandboxWords>().title.to_owned(),
            Self::Account(_) => words::<AccountWords>().title.to_owned(),
            Self::EndSessions(_) => words::<AccountWords>().end_others_title.to_owned(),
            Self::Factor(_) => words::<FactorWords>().title.to_owned(),
            Self::Confirm(_) => words::<ConfirmWords>().title.to_owned(),
            Self::Settings(_) => words::<SettingsWords>().title.to_owned(),
            Self::Audit(_) => words::<AuditWords>().title.to_owned(),
            Self::Users(_) => words::<UserWords>().title.to_owned(),
            Self::User(member, _) => member.account.email.clone(),
            Self::Invited(_) => words::<UserWords>().invited_title.to_owned(),
        }
    }

    fn path(&self) -> &'static str {
        match self {
            Self::Log(_)
            | Self::Event(..)
            | Self::Payload(_)
            | Self::Act(_)
            | Self::Work(..)
            | Self::Works(..)
            | Self::Unreachable(..)
            | Self::Erase(_) => "/deliveries",
            Self::Bots(_) | Self::Bot(_) | Self::Booking(_) | Self::Poster(_) => "/bots",
            Self::Customers(_) | Self::Customer(_) => "/customers",
            Self::Health(_) => "/health",
            Self::Sandbox(_) => "/sandbox",
            Self::Account(_) | Self::EndSessions(_) | Self::Factor(_) | Self::Confirm(_) => "/account",
            Self::Settings(_) => "/settings",
            Self::Audit(_) => "/audit",
            Self::Users(_) | Self::User(..) | Self::Invited(_) => "/users",
            _ => "/",
        }
    }
}

/// The count of change notifications before this page was rendered.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen(pub u64);

/// The address of an event stream that reports changes since the page was rendered.
fn live(path: &str) -> String {
    let Seen(seen) = use_context().unwrap_or_default();
    format!("{path}?since={seen}")
}

/// The HTML document.
#[must_use]
pub fn shell(options: &LeptosOptions, account: Account, clock: Clock, page: ServerPage) -> impl IntoView + use<> {
    let preferences: Preferences = preferences::current();
    provide_context(preferences);
    provide_context(preferences.language);
    provide_context(clock);
    let needs_you = use_context::<NeedsYou>().unwrap_or_default().0;
    let (title, path) = (page.title(), page.path());
    let builder = match &page {
        ServerPage::Builder(data, _) => Some(builder::data(data)),
        _ => None,
    };
    let page = match page {
        ServerPage::Refused(error) => view! { <Refused error /> }.into_any(),
        ServerPage::List(page) => view! { <profiles::List page=*page /> }.into_any(),
        ServerPage::Builder(data, error) => view! { <builder::Builder data=*data error /> }.into_any(),
        ServerPage::Share(view) => view! { <profiles::Share view=*view /> }.into_any(),
        ServerPage::FindChat(search) => view! { <profiles::FindChat search /> }.into_any(),
        ServerPage::Disable { id, name, today, back } => {
            view! { <profiles::DisableProfile id name today back /> }.into_any()
        }
        ServerPage::Delete { id, name, waiting } => view! { <profiles::DeleteProfile id name waiting /> }.into_any(),
        ServerPage::Key { id, name, short_url } => view! { <profiles::NewKey id name short_url /> }.into_any(),
        ServerPage::Import(page) => view! { <profiles::Import page /> }.into_any(),
        ServerPage::Urls(page) => view! { <profiles::Urls page /> }.into_any(),
        ServerPage::Log(view) => view! { <deliveries::Log view=*view /> }.into_any(),
        ServerPage::Event(event, may_act) => view! { <deliveries::EventPage event=*event may_act /> }.into_any(),
        ServerPage::Payload(view) => view! { <deliveries::Payload view /> }.into_any(),
        ServerPage::Act(view) => view! { <deliveries::Act view /> }.into_any(),
        ServerPage::Work(progress, may_act) => view! { <deliveries::Work progress=*progress may_act /> }.into_any(),
        ServerPage::Works(all, may_act) => view! { <deliveries::Works all may_act /> }.into_any(),
        ServerPage::Unreachable(view) => view! { <deliveries::Unreachable view /> }.into_any(),
        ServerPage::Erase(view) => view! { <deliveries::Erase view=*view /> }.into_any(),
        ServerPage::Bots(view) => view! { <bots::Bots view=*view /> }.into_any(),
        ServerPage::Bot(view) => view! { <bots::BotPage view=*view /> }.into_any(),
        ServerPage::Customers(view) => view! { <customers::Customers view=*view /> }.into_any(),
        ServerPage::Customer(view) => view! { <customers::Customer view=*view /> }.into_any(),
        ServerPage::Booking(view) => view! { <bots::Booking view=*view /> }.into_any(),
        ServerPage::Poster(view) => view! { <bots::Poster view=*view /> }.into_any(),
        ServerPage::Health(view) => view! { <health::Health view=*view /> }.into_any(),
        ServerPage::Sandbox(view) => view! { <sandbox::Sandbox view=*view /> }.into_any(),
        ServerPage::Account(view) => view! { <accounts::AccountPage view=*view /> }.into_any(),
        ServerPage::EndSessions(sessions) => view! { <accounts::EndSessions sessions /> }.into_any(),
        ServerPage::Factor(view) => view! { <accounts::Factor view=*view /> }.into_any(),
        ServerPage::Confirm(view) => view! { <accounts::Confirm view /> }.into_any(),
        ServerPage::Settings(view) => view! { <settings::Settings view=*view /> }.into_any(),
        ServerPage::Audit(view) => view! { <audit::Audit view=*view /> }.into_any(),
        ServerPage::Users(view) => view! { <accounts::Users view=*view /> }.into_any(),
        ServerPage::User(view, fault) => view! { <accounts::User view=*view fault /> }.into_any(),
        ServerPage::Invited(view) => view! { <accounts::Invited view=*view /> }.into_any(),
    };
    let is_taken_over = builder.is_some();
    let taken_over = is_taken_over.then(|| builder::taking_over(options));
    let head = view! {
        <Head options=options.clone() title=format!("{title} · Hookgram") />
        {taken_over}
    }
    .into_any();
    view! {
        <Document preferences head is_taken_over>
            <TopBar path=path>
                <AccountMenu account needs_you />
            </TopBar>
            <main id="content" tabindex="-1">
                {page}
            </main>
            {builder}
        </Document>
    }
}

/// The link back, and the page's title.
#[component]
fn PageHead(
    /// The title.
    title: String,
    /// One or two sentences that explain the page.
    #[prop(into, optional)]
    why: String,
) -> impl IntoView {
    let w = words::<PageWords>();
    view! {
        <div class="page-head">
            <div>
                <p class="crumbs">
                    <a href="/">{w.profiles}</a>
                </p>
                <h1>{title}</h1>
                {(!why.is_empty()).then(|| view! { <p class="why">{why}</p> })}
            </div>
        </div>
    }
}

/// The title of a page that updates itself, with a mark while updates are on.
#[component]
fn LiveTitle(
    /// The title.
    title: &'static str,
) -> impl IntoView {
    view! {
        <h1>
            {title}
            <span class="tag ok live" data-live="off">
                {words::<PageWords>().live}
            </span>
        </h1>
    }
}

/// The notice that a change needs re-authentication, with a link to `/confirm` that returns to this page.
#[component]
fn Locked(
    /// Why nothing can be changed yet.
    why: &'static str,
    /// The label of the link.
    action: &'static str,
    /// The page's path.
    page: &'static str,
) -> impl IntoView {
    view! {
        <div class="notice warn">
            <p>{why}</p>
            <a class="button" href=format!("/confirm?next={page}")>
                {action}
            </a>
        </div>
    }
}

/// The fault of the form as a whole.
#[component]
fn Fault(
    /// The sentence, if there is one.
    sentence: Option<String>,
) -> impl IntoView {
    sentence.map(|sentence| {
        view! {
            <p class="notice bad" role="alert" tabindex="-1" autofocus>
                {sentence}
            </p>
        }
    })
}

#[component]
fn Refused(error: AppError) -> impl IntoView {
    let w = words::<PageWords>();
    let path = use_context::<http::request::Parts>().map(|parts| parts.uri.path().to_owned()).unwrap_or_default();
    let sentence = match &error {
        AppError::NotFound => not_found(language(), &path).to_owned(),
        error => app_error(language(), error),
    };
    view! {
        <PageHead title=w.refused_title.to_owned() />
        <Fault sentence=Some(sentence) />
        <p class="actions">
            <a class="button primary" href="/">
                {w.to_profiles}
            </a>
        </p>
    }
}
