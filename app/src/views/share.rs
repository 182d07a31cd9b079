//! View models of a profile's short URL.

use super::{LastEventView, ProfileRow};

/// The short URL of a profile and its obstacles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// The profile.
    pub row: ProfileRow,
    /// The contact field that contains the recipient.
    pub field_name: String,
    /// The full URL of the stateless endpoint, with [`TOKEN_PLACE`] instead of the token; `None` if the endpoint is
    /// disabled.
    pub stateless: Option<String>,
    /// The short URL; `None` if the reader may not send with it.
    pub address: Option<Address>,
    /// The problems of the URL.
    pub obstacles: Vec<Obstacle>,
    /// The booking bot of the profile's bot; `None` if the profile has no bot.
    pub booking: Option<BookingStep>,
}

/// Whether customers get their booking links from the profile's bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookingStep {
    /// The bot's id.
    pub bot: i64,
    /// Whether its booking bot is switched on.
    pub is_on: bool,
}

/// The short URL of a profile. Anybody who has it can send messages as the bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The URL.
    pub url: String,
    /// A POSIX shell command that posts a small event to it.
    pub curl: String,
    /// The same command for Windows PowerShell 5 and PowerShell 7.
    pub powershell: String,
    /// The URL as a QR code; `None` if it is too long for one.
    pub qr: Option<QrCode>,
}

/// The form that sends the sample event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SampleForm {
    /// The recipient's chat: the typed one, or the last one that the reader used; may be blank.
    pub chat: String,
    /// Why nothing was sent, as a sentence.
    pub fault: Option<String>,
    /// The event that was sent: its public id and its state.
    pub sent: Option<(String, LastEventView)>,
    /// Whether the reader's browser runs on Windows.
    pub is_windows: bool,
}

/// A second text of the profile, which the URL contains as parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecondText {
    /// The typed `message`; blank keeps the profile's.
    pub message: String,
    /// The typed `sign_text`; blank keeps the profile's.
    pub sign_text: String,
    /// The URL; `None` if both texts are blank.
    pub url: Option<String>,
    /// The message of a sample with these texts: the parts as Telegram's HTML.
    pub parts: Vec<String>,
    /// Advice about the texts, one sentence each.
    pub warnings: Vec<String>,
}

/// The placeholder for the token in a URL, because a stored token is never sent to the browser.
pub const TOKEN_PLACE: &str = "TELEGRAM_TOKEN";

/// A problem that prevents or impairs the use of a short URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The URL points to this machine or its private network, which the booking service cannot reach.
    OnlyHere,
    /// The URL begins with `http:`, so the connection is not encrypted.
    NotEncrypted,
    /// The profile is disabled.
    Disabled,
    /// No token is stored.
    NoToken,
    /// The stored token cannot be decrypted.
    TokenLocked,
    /// Telegram has refused the token.
    TokenRefused,
}

/// A QR code: dark modules on white, with the quiet zone around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QrCode {
    /// The width and height in modules, with the quiet zone.
    pub size: i32,
    /// The dark modules as the path of an SVG.
    pub path: String,
}
