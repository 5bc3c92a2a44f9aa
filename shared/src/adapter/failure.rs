//! The reasons why a call did not work.

use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::{call::RenderError, known::Fact};
use crate::tools::{sentences::Sentence, vendor_words};

/// The facts that an answer taught, or the reason why the call did not work.
pub type Learned = Result<Vec<Fact>, Failure>;

/// The reason why a call did not work. The texts are the bridge's own plain words, with the HTTP status and the
/// vendor's code where there is one. They are logged, stored and shown to people, so they hold nothing secret or
/// personal.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// The call did not work this time.
    Retry {
        /// How long the vendor asks us to wait, if it says so.
        wait: Option<Duration>,
        /// What went wrong.
        reason: String,
        /// Whether the call may have worked all the same (after a gateway's time-out, for example).
        doubtful: bool,
    },
    /// The call will never work.
    Rejected {
        /// The reason, for the agent.
        reason: String,
        /// The vendor's explanation. It may quote what the customer wrote, so it is neither logged nor stored, and
        /// agents read it without the quotation.
        details: Option<String>,
    },
    /// The contact cannot be reached or does not want to be reached.
    Gone {
        /// The reason, for the agent.
        reason: String,
    },
    /// The account needs a person (credentials, suspension, balance).
    Blocked {
        /// The reason, for the admin.
        reason: String,
    },
}

impl Failure {
    /// Makes a failure that the relay retries by its own schedule.
    pub fn retry(reason: impl Into<String>) -> Self {
        Self::Retry { wait: None, reason: reason.into(), doubtful: false }
    }

    /// Makes a refusal of this message.
    pub fn rejected(reason: impl Into<String>) -> Self {
        Self::Rejected { reason: reason.into(), details: None }
    }

    /// Makes a refusal with the vendor's explanation.
    pub fn rejected_as(reason: impl Into<String>, details: impl Into<String>) -> Self {
        Self::Rejected { reason: reason.into(), details: Some(details.into()).filter(|words| !words.is_empty()) }
    }

    /// Classifies an answer by its HTTP status alone.
    ///
    /// 429 and 503 wait for `Retry-After`, or else for `wait`; other 5xx and 408 are retried; 401 and 403 need a
    /// person; other 4xx are refusals. A success whose body is not in the vendor's form may come from a gateway, so it
    /// is retried as doubtful.
    ///
    /// `what` names the vendor and the call, for example `Viber's send_message`.
    pub fn of_status(what: &str, answer: &Response<Bytes>, wait: Option<Duration>) -> Self {
        let status = answer.status().as_u16();
        let reason = Sentence::Answered { call: what, status }.to_string();
        match status {
            200..=299 => Self::Retry {
                wait: None,
                reason: Sentence::AnsweredOddly { call: what, status }.into(),
                doubtful: true,
            },
            429 | 503 => Self::Retry { wait: retry_after(answer).or(wait), reason, doubtful: false },
            408 | 500 | 502 | 504..=599 => Self::Retry { wait: retry_after(answer), reason, doubtful: true },
            401 | 403 => Self::Blocked { reason },
            _ => Self::rejected(reason),
        }
    }

    /// Returns the reason in plain words, for logs and the table.
    pub fn reason(&self) -> &str {
        match self {
            Self::Retry { reason, .. }
            | Self::Rejected { reason, .. }
            | Self::Gone { reason }
            | Self::Blocked { reason } => reason,
        }
    }

    /// Returns the text that people read: the reason and the vendor's explanation, without the parts of the explanation
    /// that quote the texts in `written`.
    pub fn explained<'a>(&self, written: impl IntoIterator<Item = &'a str>) -> String {
        let details = if let Self::Rejected { details: Some(details), .. } = self { details.as_str() } else { "" };
        match vendor_words::explanation(details, written) {
            Some(explanation) => Sentence::Explained { reason: self.reason(), explanation: &explanation }.into(),
            None => self.reason().to_owned(),
        }
    }
}

/// Reads an answer that teaches no facts: success gives an empty list.
///
/// # Errors
/// Returns [`Failure::of_status`] for every other status.
pub fn from_status(what: &str, answer: &Response<Bytes>, wait: Option<Duration>) -> Learned {
    if answer.status().is_success() { Ok(Vec::new()) } else { Err(Failure::of_status(what, answer, wait)) }
}

/// Returns the `Retry-After` header in seconds, if the vendor sent one. The date form is ignored, since the relay's own
/// schedule serves as well.
pub fn retry_after(answer: &Response<Bytes>) -> Option<Duration> {
    let text = answer.headers().get(http::header::RETRY_AFTER)?.to_str().ok()?;
    let seconds: f64 = text.trim().parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

impl From<RenderError> for Failure {
    fn from(error: RenderError) -> Self {
        if error.is_ours { Self::retry(error.reason) } else { Self::rejected(error.reason) }
    }
}
