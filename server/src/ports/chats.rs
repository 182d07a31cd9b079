//! Finding the id of a chat by a link.

use app::{
    error::AppError,
    ports::{ChatLinks, ChatSearch, ChatTrouble, Chats},
    session::Operator,
};
use async_trait::async_trait;
use hookgram::profile::Profile;

use super::Port;
use crate::channel::telegram::{Identity, MOST_UPDATES, Updates, Webhook, chats::Seen, identities::Asker};

#[async_trait]
impl Chats for Port {
    async fn begin(&self, operator: &Operator, id: Option<i64>, profile: &Profile) -> Result<ChatSearch, AppError> {
        let failed = |why| Ok(ChatSearch::Failed { why, links: None });
        let Some(token) = self.token(id, profile).await? else { return failed(ChatTrouble::NoToken) };
        let bot = match self.state.who_is(&token, Asker::Known).await {
            Identity::Bot { username, .. } => username,
            Identity::Refused => return failed(ChatTrouble::TokenRefused),
            Identity::Busy { seconds } => return failed(ChatTrouble::Busy { seconds }),
            Identity::Unreachable => return failed(ChatTrouble::Unreachable),
        };
        // Asked first: to try and read would interrupt another program that reads the bot's messages.
        match self.state.telegram.webhook(&token).await {
            Webhook::None { pending } if pending >= MOST_UPDATES => failed(ChatTrouble::TooMuchUnread),
            Webhook::None { .. } => {
                let code = self.state.chats.begin(operator.account().id, &token, &bot);
                Ok(ChatSearch::Waiting(links(&code, &bot)))
            }
            Webhook::At { host } => failed(ChatTrouble::Webhook { host }),
            Webhook::Refused => failed(ChatTrouble::TokenRefused),
            Webhook::Busy { seconds } => failed(ChatTrouble::Busy { seconds }),
            Webhook::Unreachable => failed(ChatTrouble::Unreachable),
        }
    }

    async fn look(&self, operator: &Operator, code: &str, patient: bool) -> Result<ChatSearch, AppError> {
        let (state, owner) = (&self.state, operator.account().id);
        let look = state.chats.look(&state.telegram, owner, code, patient, state.shutdown.clone()).await;
        let Some(look) = look else { return Ok(ChatSearch::Failed { why: ChatTrouble::Over, links: None }) };
        let why = match look.seen {
            Seen::Found(start) => {
                return Ok(ChatSearch::Found { chat: start.chat, who: start.who, is_group: start.is_group });
            }
            Seen::Nobody | Seen::Refused(Updates::Some { .. }) => {
                return Ok(ChatSearch::Waiting(links(code, &look.bot)));
            }
            Seen::TooMuchUnread => ChatTrouble::TooMuchUnread,
            Seen::Refused(Updates::Webhook) => ChatTrouble::Webhook { host: String::new() },
            Seen::Refused(Updates::OtherReader) => ChatTrouble::OtherReader,
            Seen::Refused(Updates::Refused) => ChatTrouble::TokenRefused,
            Seen::Refused(Updates::Busy { seconds }) => ChatTrouble::Busy { seconds },
            Seen::Refused(Updates::Unreachable) => ChatTrouble::Unreachable,
        };
        let may_pass = matches!(why, ChatTrouble::OtherReader | ChatTrouble::Busy { .. } | ChatTrouble::Unreachable);
        Ok(ChatSearch::Failed { why, links: may_pass.then(|| links(code, &look.bot)) })
    }
}

/// The links of a search. `startgroup` asks which group to add the bot to, and writes the code there.
fn links(code: &str, bot: &str) -> ChatLinks {
    ChatLinks {
        code: code.to_owned(),
        bot: bot.to_owned(),
        person: format!("https://t.me/{bot}?start={code}"),
        group: format!("https://t.me/{bot}?startgroup={code}"),
    }
}
