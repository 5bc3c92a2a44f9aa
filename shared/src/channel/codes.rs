//! Tables of a vendor's error codes: which party a code concerns, and the explanation that people read.

use std::time::Duration;

use crate::{adapter::Failure, model::message::Receipt};

/// The party that an error code concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// The call may succeed later.
    Later,
    /// This contact cannot receive the message.
    Receiver,
    /// The contact does not want to receive messages.
    OptOut,
    /// This message can never be delivered.
    Message,
    /// Someone has to fix the account.
    Account,
}

/// A code, its class, and its meaning in words that fit into a sentence.
pub(crate) type Code = (u32, Class, &'static str);

/// Returns the row of a code, or `None` if the table does not list the code.
pub(crate) fn find(codes: &'static [Code], code: Option<u32>) -> Option<&'static Code> {
    codes.iter().find(|(listed, ..)| Some(*listed) == code)
}

impl Class {
    /// Returns the failure that this class means. `wait` is the time that the vendor asked the bridge to wait.
    pub(crate) fn failure(self, reason: String, wait: Option<Duration>) -> Failure {
        match self {
            Self::Later => Failure::Retry { wait, reason, doubtful: false },
            Self::Receiver | Self::OptOut => Failure::Gone { reason },
            Self::Message => Failure::rejected(reason),
            Self::Account => Failure::Blocked { reason },
        }
    }

    /// Returns the receipt of a message that failed after the vendor had accepted it. `details` are the vendor's words.
    pub(crate) fn receipt(self, reason: String, details: Option<&str>) -> Receipt {
        let receipt = Receipt::failed_as(reason, details);
        if self == Self::Account { receipt.of_account() } else { receipt }
    }
}
