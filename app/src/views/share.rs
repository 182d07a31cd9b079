//! What a profile's address is shared with.

use super::ProfileRow;

/// Everything about a profile's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// The profile.
    pub row: ProfileRow,
    /// The contact field that holds the recipient.
    pub field_name: String,
    /// The whole URL of the stateless endpoint with [`TOKEN_PLACE`] in the token's place; `None` where that endpoint is shut.
    pub stateless: Option<String>,
    /// The short URL; `None` for whoever may not send with it.
    pub address: Option<Address>,
    /// What is in the way.
    pub obstacles: Vec<Obstacle>,
}

/// The short URL of a profile: whoever knows it can send messages as the bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The URL.
    pub url: String,
    /// A line for a POSIX shell that posts a small event to it.
    pub curl: String,
    /// The URL as a QR code; `None` where it is too long for one.
    pub qr: Option<QrCode>,
}

/// What stands in a URL in the token's place: a stored token never comes back.
pub const TOKEN_PLACE: &str = "TELEGRAM_TOKEN";

/// Why an address does not work, or not as well as it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The address means this machine or its own network: nobody outside can reach it.
    OnlyHere,
    /// The address begins with `http:`: whoever is on the way reads along.
    NotEncrypted,
    /// The profile is switched off.
    Disabled,
    /// No token is stored.
    NoToken,
    /// The stored token cannot be opened.
    TokenLocked,
    /// Telegram has refused the token.
    TokenRefused,
}

/// A QR code: dark squares on white, with the quiet zone that it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QrCode {
    /// Width and height in squares, the quiet zone included.
    pub size: i32,
    /// The dark squares, as the path of an SVG.
    pub path: String,
}
