//! `/sandbox`: messages that stayed in the house, as chats would show them; drawn on the server ([`drawn`]).

#[cfg(feature = "ssr")]
mod drawn;

use leptos::prelude::*;

#[cfg(feature = "ssr")]
use crate::{error::AppError, pages::drawn::Drawn};
use crate::{
    pages::{
        drawn::{Place, load_drawn, pieces},
        layout::PageTitle,
    },
    parts::{Loaded, listen},
    words::{SandboxTitle, words},
};

/// The chats with the last messages: one piece.
#[cfg(feature = "ssr")]
pub(super) async fn draw_chats() -> Result<Drawn, AppError> {
    let viewer = crate::session::viewer()?;
    let messages = expect_context::<crate::ports::Ports>().sandbox.messages(&viewer, None).await?;
    Ok(drawn::chats(crate::preferences::current().language, messages))
}

/// The page. It asks again whenever the server says that something came.
#[component]
pub fn SandboxPage() -> impl IntoView {
    let w = words::<SandboxTitle>();
    let chats = load_drawn(|| "sandbox/".to_owned());
    let live = RwSignal::new(false);
    listen("/live/sandbox".to_owned(), live, Callback::new(move |()| chats.refetch()));
    let draw: Place = |chats| pieces(chats.html);
    view! {
        <PageTitle title=w.title />
        <div class="page-head">
            <div>
                <h1>
                    {w.title}
                    <span class="tag ok live" hidden=move || !live.get()>
                        {w.live}
                    </span>
                </h1>
                <p class="why">{w.why}</p>
            </div>
        </div>
        <Loaded resource=chats draw />
    }
}
