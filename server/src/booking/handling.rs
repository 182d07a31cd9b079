//! Handles updates: stores their changes and decides on the answers.

use std::collections::HashMap;

use hookgram::{
    booking::{self, Booking, Command, Context, Incoming, Reply, Standing, language_of},
    profile::Formatting,
};
use tokio::time::sleep;

use super::{
    Consumer,
    replies::{Outbox, PAUSE},
};
use crate::{
    channel::telegram::{ChatKind, MemberStatus, Message, MyChatMember, Start, Update, UpdateContent, User},
    store::{Contact, StoreError},
    time::{Millis, now},
};

/// The minimum time in milliseconds between two answers to messages that are not commands.
const TELL_PAUSE: Millis = 60 * 1000;

/// The answers to one person after a batch.
#[derive(Default)]
pub(super) struct Answers {
    pub(super) reply: Option<Reply>,
    pub(super) menu: Option<booking::MenuButton>,
    /// The ids of the messages to forward to the staff.
    pub(super) forward: Vec<i64>,
}

impl Consumer {
    /// Handles a batch of updates in order, then sends the answers. A person who wrote more than once in the batch gets
    /// one answer, to the last command. Returns false if Telegram refuses the token. The batch must then not be
    /// confirmed, so that it is handled again once the bot has a working token.
    pub(super) async fn handle(&self, updates: Vec<Update>) -> bool {
        let mut outbox: Outbox = HashMap::new();
        for update in updates {
            // The database may be busy. The batch is confirmed only after the changes of all its updates are stored.
            while let Err(error) = self.take(&update, &mut outbox).await {
                tracing::error!(bot = self.bot.id, %error, "an update could not be handled and will be retried");
                sleep(PAUSE).await;
            }
        }
        self.send_all(outbox).await
    }

    async fn take(&self, update: &Update, outbox: &mut Outbox) -> Result<(), StoreError> {
        match &update.content {
            UpdateContent::Message(message) => self.take_message(message, outbox).await,
            UpdateContent::MyChatMember(change) => self.take_change(change).await,
            UpdateContent::Other => Ok(()),
        }
    }

    async fn take_change(&self, change: &MyChatMember) -> Result<(), StoreError> {
        let blocked = match change.status {
            MemberStatus::Kicked => true,
            MemberStatus::Member => false,
            _ => return Ok(()),
        };
        let Some(user) = change.from.as_ref().filter(|_| change.chat.kind == ChatKind::Private) else { return Ok(()) };
        self.state.store.customers.set_blocked(self.bot.id, &contact(user), blocked, now()).await
    }

    async fn take_message(&self, message: &Message, outbox: &mut Outbox) -> Result<(), StoreError> {
        let text = message.text.as_deref();
        // A chat search may be waiting for this code.
        if let Some(start) = Start::of(message) {
            self.state.chats.offer(&self.token, start);
        }
        let is_private = message.chat.kind == ChatKind::Private;
        match Incoming::of_message(is_private, text, &self.bot.username) {
            Some(Incoming::Private(command)) => self.take_command(message, &command, outbox).await,
            Some(Incoming::Group) if message.chat.kind != ChatKind::Channel => {
                if self.state.store.customers.tell_group(self.bot.id, message.chat.id, now()).await? {
                    let language = language_of(message.from.as_ref().and_then(|user| user.language_code.as_deref()));
                    let reply = booking::group(&self.bot.username, language);
                    outbox.entry(message.chat.id).or_default().reply = Some(reply);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    async fn take_command(&self, message: &Message, command: &Command, outbox: &mut Outbox) -> Result<(), StoreError> {
        let Some(user) = message.from.as_ref().filter(|user| !user.is_bot) else { return Ok(()) };
        let (store, bot, at) = (&self.state.store, self.bot.id, now());
        let starts = matches!(command, Command::Start(_));
        let standing = store.customers.met(bot, &contact(user), starts, at).await?;
        let answers = outbox.entry(message.chat.id).or_default();
        match command {
            Command::Other => {
                if self.record.settings.staff_chat.is_some() {
                    answers.forward.push(message.id);
                }
                if !store.customers.may_tell(bot, user.id, TELL_PAUSE, at).await? {
                    return Ok(());
                }
            }
            Command::Stop => store.customers.stop(bot, user.id, at).await?,
            _ => {}
        }
        let bookings = match command {
            Command::My => self.bookings(user.id, at).await?,
            _ => Vec::new(),
        };
        if let Some((reply, menu)) = self.answer(user, command, standing, &bookings) {
            answers.reply = Some(reply);
            answers.menu = if starts { Some(menu) } else { answers.menu.take() };
        }
        if starts && self.record.settings.deliver_after_start {
            let sent = store.customers.deliver_missed(bot, user.id, at).await?;
            if sent > 0 {
                tracing::info!(bot, sent, "a customer pressed Start; the messages that they had missed are being sent");
                self.state.wake.notify_one();
            }
        }
        Ok(())
    }

    fn answer(
        &self,
        user: &User,
        command: &Command,
        standing: Standing,
        bookings: &[Booking],
    ) -> Option<(Reply, booking::MenuButton)> {
        let chat = self.record.links.as_ref()?.coded(user.id)?;
        let language = language_of(user.language_code.as_deref());
        let host = self.state.settings.now().booking_pages.clone();
        let context = Context {
            bot: &self.record.settings,
            bot_username: &self.bot.username,
            host: &host,
            formatting: &formatting(&self.record.settings),
            chat: &chat,
            first_name: Some(user.first_name.as_str()).filter(|name| !name.trim().is_empty()),
            language,
        };
        Some((booking::answer(command, &context, standing, bookings), booking::menu_button(&context)))
    }

    async fn bookings(&self, customer: i64, at: Millis) -> Result<Vec<Booking>, StoreError> {
        let rows = self.state.store.customers.bookings(self.bot.id, customer, at).await?;
        Ok(rows.into_iter().map(Booking::from).collect())
    }
}

/// Date formatting in the time zone of the booking page.
pub(crate) fn formatting(settings: &booking::BookingBot) -> Formatting {
    let default = Formatting::default();
    Formatting { time_zone: settings.time_zone.unwrap_or(default.time_zone), ..default }
}

fn contact(user: &User) -> Contact {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    Contact {
        id: user.id,
        first_name: user.first_name.clone(),
        last_name: text(&user.last_name),
        username: text(&user.username),
        language: text(&user.language_code),
    }
}
