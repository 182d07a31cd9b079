//! Conversions between the domain's closed sets and the database, which stores their stable names.

use std::str::FromStr;

use hookgram::{
    UnknownName,
    booking::Trouble,
    bot::BotState,
    channel::ChannelKind,
    delivery::{AttemptClass, DeliveryState, FailureCause},
    mail::MailState,
    webhook::EventOutcome,
};
use sqlx::{
    Decode, Sqlite, Type, ValueRef as _,
    error::BoxDynError,
    sqlite::{SqliteTypeInfo, SqliteValueRef},
};

/// SQL: the name of a value, in quotes. The name must be literal in the statement's text, because SQLite uses a partial
/// index only for a statement that repeats the index's condition.
macro_rules! quoted {
    (BotState::Unknown) => {
        "'unknown'"
    };
    (BotState::Working) => {
        "'working'"
    };
    (BotState::Refused) => {
        "'refused'"
    };
    (BotState::Locked) => {
        "'locked'"
    };
    (DeliveryState::Waiting) => {
        "'waiting'"
    };
    (DeliveryState::Sending) => {
        "'sending'"
    };
    (DeliveryState::Retrying) => {
        "'retrying'"
    };
    (DeliveryState::Suspended) => {
        "'parked'"
    };
    (DeliveryState::Delivered) => {
        "'delivered'"
    };
    (DeliveryState::Failed) => {
        "'failed'"
    };
    (DeliveryState::Uncertain) => {
        "'uncertain'"
    };
    (DeliveryState::Skipped) => {
        "'skipped'"
    };
    (DeliveryState::Cancelled) => {
        "'cancelled'"
    };
    (EventOutcome::Accepted) => {
        "'accepted'"
    };
    (EventOutcome::Skipped) => {
        "'skipped'"
    };
    (EventOutcome::Duplicate) => {
        "'duplicate'"
    };
    (EventOutcome::Rejected) => {
        "'rejected'"
    };
    (FailureCause::TokenLocked) => {
        "'token_locked'"
    };
    (FailureCause::NeverStarted) => {
        "'never_started'"
    };
    (FailureCause::Blocked) => {
        "'blocked'"
    };
    (MailState::Gathering) => {
        "'gathering'"
    };
    (MailState::Sending) => {
        "'sending'"
    };
    (MailState::Retrying) => {
        "'retrying'"
    };
    (MailState::Sent) => {
        "'sent'"
    };
    (MailState::NotSent) => {
        "'not_sent'"
    };
    (MailState::GivenUp) => {
        "'given_up'"
    };
}
pub(super) use quoted;

/// SQL: the states that the partial indexes `deliveries_undelivered` and `deliveries_undelivered_by_profile` contain.
macro_rules! undelivered {
    () => {
        concat!(
            "(",
            quoted!(DeliveryState::Failed),
            ", ",
            quoted!(DeliveryState::Uncertain),
            ", ",
            quoted!(DeliveryState::Cancelled),
            ", ",
            quoted!(DeliveryState::Skipped),
            ")"
        )
    };
}
pub(super) use undelivered;

/// A value of a closed set, read from a column. An unknown name becomes [`super::StoreError::Corrupt`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<T>(T);

/// Like [`Named`], for a column that may be NULL.
#[derive(Clone, Copy, Debug)]
pub(super) struct MaybeNamed<T>(Option<T>);

macro_rules! stored {
    ($($set:ty)*) => {
        $(
            impl From<Named<$set>> for $set {
                fn from(stored: Named<$set>) -> Self {
                    stored.0
                }
            }

            impl From<MaybeNamed<$set>> for Option<$set> {
                fn from(stored: MaybeNamed<$set>) -> Self {
                    stored.0
                }
            }
        )*
    };
}
stored!(AttemptClass BotState DeliveryState EventOutcome FailureCause MailState Trouble);

impl<T> Type<Sqlite> for Named<T> {
    fn type_info() -> SqliteTypeInfo {
        <str as Type<Sqlite>>::type_info()
    }

    fn compatible(type_info: &SqliteTypeInfo) -> bool {
        <str as Type<Sqlite>>::compatible(type_info)
    }
}

impl<'r, T> Decode<'r, Sqlite> for Named<T>
where
    T: FromStr<Err: Into<BoxDynError>>,
{
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        <&str as Decode<Sqlite>>::decode(value)?.parse().map(Self).map_err(Into::into)
    }
}

impl<T> Type<Sqlite> for MaybeNamed<T> {
    fn type_info() -> SqliteTypeInfo {
        Named::<T>::type_info()
    }

    fn compatible(type_info: &SqliteTypeInfo) -> bool {
        Named::<T>::compatible(type_info)
    }
}

impl<'r, T> Decode<'r, Sqlite> for MaybeNamed<T>
where
    T: FromStr<Err: Into<BoxDynError>>,
{
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        if value.is_null() { Ok(Self(None)) } else { Named::decode(value).map(|Named(value)| Self(Some(value))) }
    }
}

/// A channel, read from a column `sandbox`, which stores it as a number.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChannelCode(ChannelKind);

impl ChannelCode {
    pub(super) const fn of(channel: ChannelKind) -> i64 {
        match channel {
            ChannelKind::Telegram => 0,
            ChannelKind::Sandbox => 1,
        }
    }
}

impl From<ChannelCode> for ChannelKind {
    fn from(stored: ChannelCode) -> Self {
        stored.0
    }
}

impl Type<Sqlite> for ChannelCode {
    fn type_info() -> SqliteTypeInfo {
        <i64 as Type<Sqlite>>::type_info()
    }

    fn compatible(type_info: &SqliteTypeInfo) -> bool {
        <i64 as Type<Sqlite>>::compatible(type_info)
    }
}

impl<'r> Decode<'r, Sqlite> for ChannelCode {
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        let code = <i64 as Decode<Sqlite>>::decode(value)?;
        let known = ChannelKind::ALL.into_iter().find(|channel| Self::of(*channel) == code);
        known.map(Self).ok_or_else(|| UnknownName.into())
    }
}

/// Like [`ChannelCode`], for a column that may be NULL.
#[derive(Clone, Copy, Debug)]
pub(super) struct MaybeChannelCode(Option<ChannelKind>);

impl From<MaybeChannelCode> for Option<ChannelKind> {
    fn from(stored: MaybeChannelCode) -> Self {
        stored.0
    }
}

impl Type<Sqlite> for MaybeChannelCode {
    fn type_info() -> SqliteTypeInfo {
        ChannelCode::type_info()
    }

    fn compatible(type_info: &SqliteTypeInfo) -> bool {
        ChannelCode::compatible(type_info)
    }
}

impl<'r> Decode<'r, Sqlite> for MaybeChannelCode {
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        if value.is_null() { Ok(Self(None)) } else { ChannelCode::decode(value).map(|code| Self(Some(code.0))) }
    }
}

#[cfg(test)]
mod tests {
    use hookgram::{
        bot::BotState,
        delivery::{DeliveryState, FailureCause},
        mail::MailState,
        webhook::EventOutcome,
    };

    #[test]
    fn quoted_names_match_the_names_of_the_values() {
        macro_rules! all {
            ($($set:ident: $($value:ident)*;)*) => {
                $(
                    $(assert_eq!(quoted!($set::$value), format!("'{}'", $set::$value.name()));)*
                )*
            };
        }
        all! {
            BotState: Unknown Working Refused Locked;
            DeliveryState: Waiting Sending Retrying Suspended Delivered Failed Uncertain Skipped Cancelled;
            EventOutcome: Accepted Skipped Duplicate Rejected;
            FailureCause: TokenLocked NeverStarted Blocked;
            MailState: Gathering Sending Retrying Sent NotSent GivenUp;
        }
    }
}
