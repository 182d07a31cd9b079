//! The pages that are no part of the first visit: what draws them is a module of its own, which the browser fetches when
//! the first of them is wanted. The list of profiles and the sign-in page do without it.
//!
//! `cargo xtask` cuts it off at [`draw`]; what only that function reaches goes with it. On the server it is a function
//! like any other.

use leptos::prelude::*;
use leptos_router::ChooseView;
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::pages::{
    builder::{EditProfile, NewProfile},
    find_chat::FindChatPage,
    share::SharePage,
};

/// Which page.
#[derive(Clone, Copy)]
pub enum Apart {
    /// `/profiles/new`
    NewProfile,
    /// `/profiles/{id}`
    EditProfile,
    /// `/profiles/{id}/share`
    Share,
    /// `/find-chat/{code}`
    FindChat,
}

impl ChooseView for Apart {
    async fn choose(self) -> AnyView {
        #[cfg(feature = "ssr")]
        announce();
        match draw(self).await {
            Ok(view) => view,
            Err(error) => without(&error).await,
        }
    }

    async fn preload(&self) {
        if let Err(error) = fetch().await {
            without::<()>(&error).await;
        }
    }
}

// In the names of the site's files and in `xtask/src/wasm.rs` this module is called `apart`.
#[wasm_split(apart, preload(fetch), fallible)]
fn draw(page: Apart) -> Result<AnyView, SplitLoaderError> {
    Ok(match page {
        Apart::NewProfile => view! { <NewProfile /> }.into_any(),
        Apart::EditProfile => view! { <EditProfile /> }.into_any(),
        Apart::Share => view! { <SharePage /> }.into_any(),
        Apart::FindChat => view! { <FindChatPage /> }.into_any(),
    })
}

/// The module is not to be had: the connection failed, or the server has been replaced by a newer one since this page
/// came from it.
async fn without<T>(error: &SplitLoaderError) -> T {
    leptos::logging::error!("{error}");
    if !Owner::current_shared_context().is_some_and(|page| page.during_hydration()) {
        let url = leptos_router::hooks::use_url().get_untracked();
        _ = window().location().set_href(&format!("{}{}", url.path(), url.search()));
    }
    // What the server drew stays until then, or for good: its forms work without scripts.
    std::future::pending().await
}

/// Has the browser fetch the module while the page is still on its way.
#[cfg(feature = "ssr")]
fn announce() {
    let (Some(options), Some(response)) =
        (use_context::<LeptosOptions>(), use_context::<leptos_axum::ResponseOptions>())
    else {
        return;
    };
    let link = format!(
        "</{}/split_apart.wasm>; rel=preload; as=fetch; type=\"application/wasm\"; crossorigin",
        options.site_pkg_dir
    );
    if let Ok(value) = http::HeaderValue::from_str(&link) {
        response.append_header(http::header::LINK, value);
    }
}
