//! Enums whose values have stable names. The database, URLs and the command line use the names.

/// Declares such an enum. A name must never change, because databases and links contain it.
macro_rules! closed_set {
    ($(#[$about:meta])* pub enum $set:ident { $($(#[$doc:meta])* $value:ident = $name:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        pub enum $set { $($(#[$doc])* #[serde(rename = $name)] $value,)* }

        impl $set {
            /// Every value, in the order of declaration.
            pub const ALL: [Self; [$(Self::$value),*].len()] = [$(Self::$value),*];

            /// The stable name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$value => $name,)* }
            }

            /// The value with this stable name.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$value),)* _ => None }
            }
        }

        impl ::std::str::FromStr for $set {
            type Err = $crate::closed_set::UnknownName;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                Self::parse(name).ok_or($crate::closed_set::UnknownName)
            }
        }

        impl AsRef<str> for $set {
            fn as_ref(&self) -> &str {
                self.name()
            }
        }
    };
}
pub(crate) use closed_set;

/// No value of the set has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownName;

impl std::fmt::Display for UnknownName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("unknown name")
    }
}

impl std::error::Error for UnknownName {}
