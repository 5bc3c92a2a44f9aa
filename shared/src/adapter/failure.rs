//! The reasons why a call did not work.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use serde::de::IgnoredAny;
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use super::{call::RenderError, known::Fact};
use crate::tools::{millis::Millis, sentences::Sentence, vendor_words};

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

    /// Returns a refusal with the vendor's explanation; any other failure stays as it is.
    #[must_use]
    pub fn with_details(self, details: Option<&str>) -> Self {
        match (self, details) {
            (Self::Rejected { reason, details: None }, Some(details)) => Self::rejected_as(reason, details),
            (other, _) => other,
        }
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

    /// Classifies an answer whose body is not in the vendor's form. What stands between the bridge and the vendor, such
    /// as a firewall, wrote it, so a 4xx says nothing about the credentials, the contact or the message, and is retried.
    /// An empty body, and 413 for a message that is too large, count by their status.
    pub fn of_stranger(what: &str, answer: &Response<Bytes>) -> Self {
        let status = answer.status().as_u16();
        match status {
            300..=499 if !answer.body().is_empty() && !matches!(status, 413 | 429) => Self::Retry {
                wait: retry_after(answer),
                reason: Sentence::AnsweredOddly { call: what, status }.into(),
                doubtful: status == 408,
            },
            _ => Self::of_status(what, answer, None),
        }
    }

    /// Returns the failure that an answer means in which a page for browsers stands in place of the vendor's words; for
    /// any other answer, `None`. A page with 200 is left to the adapter, since some vendors confirm with any body.
    pub fn of_page(what: &str, answer: &Response<Bytes>) -> Option<Self> {
        (is_page(answer) && !answer.status().is_success()).then(|| Self::of_stranger(what, answer))
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

/// Returns whether the body of an answer is a page for browsers. No vendor's API answers with one.
pub fn is_page(answer: &Response<Bytes>) -> bool {
    answer.body().iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'<')
}

/// Returns whether the body of an answer is empty or JSON.
pub fn is_json(answer: &Response<Bytes>) -> bool {
    answer.body().is_empty() || serde_json::from_slice::<IgnoredAny>(answer.body()).is_ok()
}

/// Returns the time that the `Retry-After` header asks to wait, if the vendor sent one. A date counts from the `Date`
/// header of the same answer, so that the bridge's clock does not matter.
pub fn retry_after(answer: &Response<Bytes>) -> Option<Duration> {
    let header = |name| answer.headers().get(name)?.to_str().ok().map(str::trim);
    let text = header(http::header::RETRY_AFTER)?;
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = |text: &str| OffsetDateTime::parse(text, &Rfc2822).ok().and_then(Millis::from_date_time);
    Some(date(text)?.since(date(header(http::header::DATE)?)?))
}

impl From<RenderError> for Failure {
    fn from(error: RenderError) -> Self {
        if error.is_ours { Self::retry(error.reason) } else { Self::rejected(error.reason) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &'static str) -> Response<Bytes> {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        response.body(Bytes::from_static(body.as_bytes())).unwrap()
    }

    #[test]
    fn a_wait_is_read_as_seconds_and_as_a_date() {
        let date = ("Date", "Sun, 29 Nov 2026 08:00:00 GMT");
        for (headers, wait) in [
            (&[("Retry-After", "7")][..], Some(7)),
            (&[("Retry-After", " 7 ")], Some(7)),
            (&[("Retry-After", "Sun, 29 Nov 2026 08:02:00 GMT"), date], Some(120)),
            (&[("Retry-After", "Sun, 29 Nov 2026 07:00:00 GMT"), date], Some(0)),
            (&[("Retry-After", "soon"), date], None),
            (&[("Retry-After", "-5")], None),
            (&[date], None),
        ] {
            let found = retry_after(&answer(429, headers, ""));
            assert_eq!(found.map(|wait| wait.as_secs()), wait, "{headers:?}");
        }
    }

    #[test]
    fn a_page_is_no_verdict_of_the_vendor() {
        const PAGE: &str = " <!DOCTYPE html><title>Forbidden</title>";
        for status in [302, 400, 401, 403, 404, 410, 429, 500, 503] {
            let failure = Failure::of_page("a call", &answer(status, &[], PAGE));
            assert!(matches!(failure, Some(Failure::Retry { .. })), "{status}: {failure:?}");
        }
        assert!(matches!(Failure::of_page("a call", &answer(413, &[], PAGE)), Some(Failure::Rejected { .. })));
        assert_eq!(Failure::of_page("a call", &answer(200, &[], PAGE)), None);
        assert_eq!(Failure::of_page("a call", &answer(403, &[], "{}")), None);
    }
}
