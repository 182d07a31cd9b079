//! A QR code as a picture.

use leptos::prelude::*;

use crate::views::QrCode;

/// Dark squares on white, whatever the theme: cameras do not read them the other way round.
pub fn qr_picture(code: QrCode, label: &'static str) -> impl IntoView {
    let size = code.size;
    view! {
        <svg class="qr" viewBox=format!("0 0 {size} {size}") role="img" aria-label=label shape-rendering="crispEdges">
            <rect width=size height=size fill="#fff" />
            <path d=code.path fill="#000" />
        </svg>
    }
}
