//! A QR code as an SVG image.

use leptos::prelude::*;

use crate::views::QrCode;

/// Renders a QR code in dark on white in every theme, because cameras do not read inverted codes.
pub fn qr_picture(code: QrCode, label: &'static str) -> impl IntoView {
    let size = code.size;
    view! {
        <svg class="qr" viewBox=format!("0 0 {size} {size}") role="img" aria-label=label shape-rendering="crispEdges">
            <rect width=size height=size fill="#fff" />
            <path d=code.path fill="#000" />
        </svg>
    }
}
