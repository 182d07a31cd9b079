//! Whether the keys are the database's own, said where it is seen: in the log at the start, and on the page of health.

use hookgram::setting::Setting;
use tracing::Level;

use crate::{
    secrets::seal::Home,
    state::AppState,
    store::{KeyState, LockedSecrets, Store, StoreError},
};

/// What cannot be opened, and whether that is for a wrong key.
#[derive(Clone, Debug, Default)]
pub struct Locked {
    /// Where the key comes from, if it is not the database's own.
    pub wrong_key: Option<String>,
    /// Tokens and second factors.
    pub secrets: LockedSecrets,
    /// Whether the mail server's address is locked.
    pub mail: bool,
}

/// Where the keys come from, as a person looks for them.
#[must_use]
pub fn place(home: &Home) -> String {
    match home {
        Home::Folder(path) => path.display().to_string(),
        Home::File(path) => format!("{} (HOOKGRAM_SECRET_KEY_FILE)", path.display()),
        Home::Environment => "HOOKGRAM_SECRET_KEY".to_owned(),
    }
}

/// Says at the start what cannot be opened.
///
/// # Errors
/// If the database fails.
pub async fn tell(store: &Store) -> Result<(), StoreError> {
    let locked = store.secrets.locked_secrets().await?;
    let (tokens, factors) = (locked.profiles.len(), locked.accounts.len());
    let sentence = match store.secrets.key_state().await? {
        KeyState::Right(_) if tokens + factors == 0 => return Ok(()),
        KeyState::Right(_) => {
            "some stored secrets cannot be opened: enter these tokens again (see the page Health), and \
            switch these second steps off with `hookgram user second-factor-off EMAIL`"
                .to_owned()
        }
        KeyState::Wrong(_) | KeyState::Unknown => format!(
            "the database was sealed with another key than that of {}: stored tokens and passwords cannot be opened. Put \
             the right key back and restart; nothing is lost, messages wait. Without it enter the tokens again in the \
             profiles",
            place(store.secrets.sealer().home())
        ),
    };
    tracing::error!(tokens, second_factors = factors, "{sentence}");
    if !tracing::enabled!(Level::ERROR) {
        eprintln!("{sentence}");
    }
    Ok(())
}

/// What cannot be opened now. Keys that have changed are read; what waited for them goes on.
///
/// # Errors
/// If the database fails.
pub async fn look(state: &AppState) -> Result<Locked, StoreError> {
    let store = &state.store;
    store.secrets.sealer().refresh();
    if store.queue.resume_opened().await? > 0 {
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
                    "nothing is sealed with the lost key any more: the present one is the database's own now"
                );
                None
            } else {
                Some(place(store.secrets.sealer().home()))
            }
        }
    };
    Ok(Locked { wrong_key, secrets, mail })
}
