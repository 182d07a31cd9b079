//! Checks whether the configured keys are those of the database, for the log at the start and for the health page.

use hookgram::setting::Setting;
use tracing::Level;

use crate::{
    observe::output,
    secrets::seal::Home,
    state::AppState,
    store::{KeyState, LockedSecrets, Store, StoreError},
};

/// Secrets that cannot be decrypted, and whether a wrong key is the reason.
#[derive(Clone, Debug, Default)]
pub struct Locked {
    /// The source of the configured key, if it is not the key of the database.
    pub wrong_key: Option<String>,
    /// Tokens and second factors.
    pub secrets: LockedSecrets,
    /// Whether the mail server's address is locked.
    pub mail: bool,
}

/// The source of the configured keys, in words that help to find it.
#[must_use]
pub fn place(home: &Home) -> String {
    match home {
        Home::Folder(path) => path.display().to_string(),
        Home::File(path) => format!("{} (HOOKGRAM_SECRET_KEY_FILE)", path.display()),
        Home::Environment => "HOOKGRAM_SECRET_KEY".to_owned(),
    }
}

/// Logs at the start which secrets cannot be decrypted.
pub async fn tell(store: &Store) -> Result<(), StoreError> {
    let locked = store.secrets.locked_secrets().await?;
    let (tokens, factors) = (locked.bots.len(), locked.accounts.len());
    let sentence = match store.secrets.key_state().await? {
        KeyState::Right(_) if tokens + factors == 0 => return Ok(()),
        KeyState::Right(_) => {
            "some stored secrets cannot be opened: enter these tokens again (see the page Health), and \
            turn these second factors off with `hookgram user second-factor-off EMAIL`"
                .to_owned()
        }
        KeyState::Wrong(_) | KeyState::Unknown => format!(
            "the database was sealed with another key than that of {}: stored tokens and passwords cannot be opened. Put \
             the right key back and restart; nothing is lost, messages wait. Without it enter the tokens again on the page \
             Bots",
            place(store.secrets.sealer().home())
        ),
    };
    tracing::error!(tokens, second_factors = factors, "{sentence}");
    if !tracing::enabled!(Level::ERROR) {
        output::problem(sentence);
    }
    Ok(())
}

/// Finds the secrets that cannot be decrypted now. Reads changed keys again, and resumes the deliveries that were
/// suspended for lack of them.
pub async fn look(state: &AppState) -> Result<Locked, StoreError> {
    let store = &state.store;
    store.secrets.sealer().refresh();
    if store.bots.move_tokens().await? + store.bots.resume_opened().await? > 0 {
        state.wake.notify_one();
    }
    let secrets = store.secrets.locked_secrets().await?;
    let mail = state.settings.now().is_locked(Setting::SmtpUrl);
    let wrong_key = match store.secrets.key_state().await? {
        KeyState::Right(_) => None,
        KeyState::Wrong(_) | KeyState::Unknown => {
            let nothing = secrets == LockedSecrets::default() && !mail;
            if nothing && !store.secrets.waits_for_the_old_key().await? {
                store.secrets.adopt_key().await?;
                tracing::info!(
                    "no secret is encrypted with the lost key any more: the current key is now the sealing key"
                );
                None
            } else {
                Some(place(store.secrets.sealer().home()))
            }
        }
    };
    Ok(Locked { wrong_key, secrets, mail })
}
