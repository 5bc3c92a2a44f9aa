//! Why a call did not work.

use std::time::Duration;

use bytes::Bytes;
use http::Response;

use super::{call::RenderError, known::Fact};
use crate::tools::sentences::Sentence;
use crate::tools::vendor_words;

/// What an answer taught, or why the call did not work.
pub type Learned = Result<Vec<Fact>, Failure>;

/// Why a call did not work. Reasons are in our own plain words, with the HTTP status and the vendor's code where there
/// is one: they are logged, stored and told, and hold nothing secret or personal.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// It did not work now.
    Retry {
        /// How long the vendor wants us to wait, if it says so.
        wait: Option<Duration>,
        /// What went wrong.
        reason: String,
        /// The call may have worked all the same (a gateway's time-out, say).
        doubtful: bool,
    },
    /// It will never work.
    Rejected {
        /// The reason, for the agent.
        reason: String,
        /// How the vendor explains it. It may quote what the customer wrote, so that it is neither logged nor stored,
        /// and agents read it without the quotation.
        details: Option<String>,
    },
    /// The contact cannot or does not want to be reached.
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
    /// A retry by the relay's own schedule.
    pub fn retry(reason: impl Into<String>) -> Self {
        Self::Retry { wait: None, reason: reason.into(), doubtful: false }
    }

    /// A refusal of this message.
    pub fn rejected(reason: impl Into<String>) -> Self {
        Self::Rejected { reason: reason.into(), details: None }
    }

    /// A refusal that the vendor explains.
    pub fn rejected_as(reason: impl Into<String>, details: impl Into<String>) -> Self {
        Self::Rejected { reason: reason.into(), details: Some(details.into()).filter(|words| !words.is_empty()) }
    }

    /// What an answer means of which only the HTTP status can be read: 429 and 503 wait for `Retry-After`, else for
    /// `wait`; 5xx and 408 are tried again, 401 and 403 need a person, other 4xx are refusals. A success that is not in
    /// the vendor's form may be a gateway's, and leaves a doubt.
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

    /// Why, in plain words, for logs and the table.
    pub fn reason(&self) -> &str {
        match self {
            Self::Retry { reason, .. }
            | Self::Rejected { reason, .. }
            | Self::Gone { reason }
            | Self::Blocked { reason } => reason,
        }
    }

    /// What people are told: why, and how the vendor explains it, without what that quotes of what was `written`.
    pub fn told<'a>(&self, written: impl IntoIterator<Item = &'a str>) -> String {
        let details = if let Self::Rejected { details: Some(details), .. } = self { details.as_str() } else { "" };
        match vendor_words::explanation(details, written) {
            Some(explanation) => Sentence::Explained { reason: self.reason(), explanation: &explanation }.into(),
            None => self.reason().to_owned(),
        }
    }
}

/// What an answer means that teaches nothing: a success, or [`Failure::of_status`].
///
/// # Errors
/// The call did not work.
pub fn from_status(what: &str, answer: &Response<Bytes>, wait: Option<Duration>) -> Learned {
    if answer.status().is_success() { Ok(Vec::new()) } else { Err(Failure::of_status(what, answer, wait)) }
}

/// The `Retry-After` header in seconds, where the vendor sent one (its date form is ignored: the schedule is as good).
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
