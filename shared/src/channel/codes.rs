//! Tables of a vendor's error codes: whom a code concerns, and what to tell people about it.

use std::time::Duration;

use crate::adapter::Failure;

/// Whom an error code concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Later it may pass.
    Later,
    /// This contact cannot get it.
    Receiver,
    /// The contact does not want to get it.
    OptOut,
    /// This message will never pass.
    Message,
    /// The account needs a person.
    Account,
}

/// A code, its class, and its meaning in words that stand in a sentence.
pub(crate) type Code = (u32, Class, &'static str);

/// The row of a code.
pub(crate) fn find(codes: &'static [Code], code: Option<u32>) -> Option<&'static Code> {
    codes.iter().find(|(listed, ..)| Some(*listed) == code)
}

impl Class {
    /// What a failure of this class means; `wait` is what the vendor asked for.
    pub(crate) fn failure(self, reason: String, wait: Option<Duration>) -> Failure {
        match self {
            Self::Later => Failure::Retry { wait, reason, doubtful: false },
            Self::Receiver | Self::OptOut => Failure::Gone { reason },
            Self::Message => Failure::rejected(reason),
            Self::Account => Failure::Blocked { reason },
        }
    }
}
