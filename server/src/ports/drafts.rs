//! Drafts of the builder.

use app::{
    error::{AppError, FieldFault},
    form::{ProfileForm, TypedToken},
    ports::{Draft, Drafts},
    session::Operator,
};
use async_trait::async_trait;
use hookgram::secret::BotToken;
use serde::{Deserialize, Serialize};

use super::{Port, internal};
use crate::{
    store::DraftRecord,
    time::{Millis, now},
};

/// How long a draft stays.
const LIFE: Millis = 60 * 60 * 1000;

#[derive(Serialize, Deserialize)]
struct Content {
    form: ProfileForm,
    faults: Vec<FieldFault>,
}

#[async_trait]
impl Drafts for Port {
    async fn keep(&self, operator: &Operator, draft: Draft) -> Result<String, AppError> {
        let Draft { profile, mut form, token, faults, old_url } = draft;
        // Whatever else stands in the field for a token may be most of one.
        form.token = TypedToken::default();
        // A token that was typed into another field is not kept as it is.
        let content = BotToken::mask_all(&serde_json::to_string(&Content { form, faults }).map_err(internal)?);
        let record = DraftRecord { profile_id: profile, content, token, old_url };
        self.state.store.add_draft(operator.account().id, &record, now() + LIFE).await.map_err(internal)
    }

    async fn open(&self, operator: &Operator, id: &str) -> Result<Option<Draft>, AppError> {
        let record = self.state.store.draft(operator.account().id, id, now()).await.map_err(internal)?;
        let Some(DraftRecord { profile_id, content, token, old_url }) = record else { return Ok(None) };
        let Content { form, faults } = serde_json::from_str(&content).map_err(internal)?;
        Ok(Some(Draft { profile: profile_id, form, token, faults, old_url }))
    }

    async fn discard(&self, operator: &Operator, id: &str) -> Result<(), AppError> {
        self.state.store.delete_draft(operator.account().id, id).await.map_err(internal)
    }
}
