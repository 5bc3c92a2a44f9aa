//! Catching up: reading at the helpdesk what agents wrote while no webhook arrived, on demand or by schedule.
//!
//! This only finds the conversations and puts one event for each into the queue; the relay reads them, within its rate
//! limit, and delivers what is new ([`relay`](crate::relay)).

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::{Admin, CatchUpReport, request::bad_setting, view::ReconcileReport};
use crate::{
    installations::OpenInstallation,
    model::message::{ENVELOPE_VERSION, Envelope, Event, HistoryEvent},
    outside::{clock::now, queue::Outgoing},
    store::Reconciliation,
    tools::{answer::ApiError, crypto::sha256_hex, millis::Millis, sentences::Sentence},
};

/// How far back a request may reach. The journal keeps messages for fourteen days; an older one would be sent again.
const MOST_DAYS: u64 = 13;
const FARTHEST: Duration = Duration::from_secs(MOST_DAYS * DAY);
/// How far back a request without a time reaches.
const USUAL: Duration = Duration::from_secs(DAY);
const DAY: u64 = 86_400;
/// How far a clock may be ahead of ours.
const CLOCKS_APART: Duration = Duration::from_secs(60);
/// The number of conversations at which a call ends.
const MOST_AT_ONCE: usize = 200;
/// The maximum length of a place in the journal, in bytes. Those that answers name are shorter.
const MAX_PLACE: usize = 100;
/// How much each round of the schedule reads again: webhook calls may still be repeated when a round begins.
const OVERLAP: Duration = Duration::from_secs(600);
/// How long a run of the schedule begins further work.
const RUN: Duration = Duration::from_secs(15);

/// What a request wants to catch up with.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub struct CatchUp {
    /// The moment from which messages are read, as RFC 3339 text; the last 24 hours if it is left out.
    pub since: Option<String>,
    /// The `next` of the call before.
    pub after: Option<String>,
}

impl CatchUp {
    /// Reads the moment from which messages are read.
    fn since(&self, now: Millis) -> Result<Millis, ApiError> {
        let Some(text) = &self.since else { return Ok(now.minus(USUAL)) };
        Millis::from_rfc3339(text)
            .filter(|since| *since <= now.plus(CLOCKS_APART) && *since >= now.minus(FARTHEST))
            .ok_or_else(|| bad_setting("since", Sentence::TimeToCatchUp { days: MOST_DAYS }))
    }
}

/// Returns whether an event comes from a schedule.
pub fn is_scheduled(event: &Value) -> bool {
    event.get("detail-type").and_then(Value::as_str) == Some("Scheduled Event")
}

impl Admin {
    /// Lets the relay read what agents wrote in the conversations of the last 14 days.
    ///
    /// # Errors
    /// 404 for an unknown installation, 410 for an uninstalled one, 422 for a bad time or a helpdesk that cannot be
    /// asked, 503 if one of our own services fails. What was put into the queue before a failure stays there.
    pub async fn catch_up(&self, id: &str, wanted: &CatchUp) -> Result<CatchUpReport, ApiError> {
        let open = self.find_installed(id).await?;
        let installation = &open.installation;
        if !open.helpdesk.features().history {
            let message = Sentence::NoHistory { kind: &installation.helpdesk.kind };
            return Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "not_supported", message));
        }
        let after = wanted.after.as_deref().filter(|after| !after.is_empty());
        if after.is_some_and(|after| after.len() > MAX_PLACE) {
            return Err(bad_setting("after", Sentence::NextOfCallBefore));
        }
        self.read_conversations(&open, wanted.since(now())?, after).await
    }

    /// Puts an event for each of some conversations into the queue.
    async fn read_conversations(
        &self,
        open: &OpenInstallation,
        since: Millis,
        after: Option<&str>,
    ) -> Result<CatchUpReport, ApiError> {
        let installation = &open.installation;
        let received_at = now();
        // What agents wrote before the install went its own way.
        let since = since.max(installation.created_at);
        let (contacts, next) = self.store.journaled_contacts(&installation.id, after, MOST_AT_ONCE).await?;
        let links: HashMap<String, _> = self.store.links(&installation.id, &contacts).await?.into_iter().collect();
        let mut found = HashSet::new();
        let mut messages = Vec::new();
        for contact in contacts {
            let Some(link) = links.get(&contact) else { continue };
            if link.moved_to.is_none() && link.conversation.is_none() {
                continue;
            }
            let contact = link.moved_to.clone().unwrap_or(contact);
            if !found.insert(contact.clone()) {
                continue;
            }
            let event = Event::History(HistoryEvent {
                id: format!("catch-up-{received_at}-{}", sha256_hex(contact.as_bytes())),
                contact,
                since,
                conversation: None,
                memo: Default::default(),
                calls: 0,
                found: Vec::new(),
                unread: None,
            });
            let installation = installation.id.clone();
            messages.push(Outgoing::pack(&Envelope { v: ENVELOPE_VERSION, installation, received_at, event })?);
        }
        if !messages.is_empty() {
            self.queue.send(&messages).await?;
        }
        tracing::info!(installation.id = %installation.id, conversations = messages.len(), "conversations will be read");
        Ok(CatchUpReport { conversations: found.len(), queued: messages.len(), next })
    }

    /// Catches up with every installation whose round of the schedule is due. What one run does not reach, the next
    /// one continues. An installation that fails does not hold up the others.
    ///
    /// # Errors
    /// 503 if the table does not tell the installations.
    pub async fn reconcile(&self) -> Result<ReconcileReport, ApiError> {
        let began = Instant::now();
        let mut due = self.store.reconciliations().await?;
        due.retain(|at| at.due_at <= now());
        // The one that waits longest comes first.
        due.sort_by_key(|at| at.due_at);
        let mut report = ReconcileReport { ok: true, installations: 0, queued: 0 };
        for at in due {
            if began.elapsed() >= RUN {
                break;
            }
            let id = at.installation.clone();
            match self.reconcile_one(at, began).await {
                Ok(queued) => {
                    report.installations += 1;
                    report.queued += queued;
                }
                Err(error) => {
                    tracing::error!(installation.id = %id, error = %error, "an installation could not catch up");
                }
            }
        }
        Ok(report)
    }

    async fn reconcile_one(&self, mut at: Reconciliation, began: Instant) -> Result<usize, ApiError> {
        let Some(open) = self.look_up(&at.installation).await? else { return Ok(0) };
        let hours = open.installation.options.reconcile_hours;
        if open.is_uninstalled() || hours == 0 || !open.helpdesk.features().history {
            return Ok(0);
        }
        let round_began = *at.began_at.get_or_insert(now());
        let since = at.since.max(now().minus(FARTHEST));
        let mut queued = 0;
        loop {
            let report = self.read_conversations(&open, since, at.after.as_deref()).await?;
            queued += report.queued;
            at.after = report.next;
            if at.after.is_none() {
                at.since = round_began.minus(OVERLAP);
                at.due_at = round_began.plus(Duration::from_secs(u64::from(hours) * 3_600));
                at.began_at = None;
            }
            self.store.note_reconciliation(&at).await?;
            if at.after.is_none() || began.elapsed() >= RUN {
                return Ok(queued);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_moments_that_the_journal_covers_are_taken() {
        let now = Millis::from_rfc3339("2026-11-29T12:00:00Z").unwrap();
        let since = |text: &str| CatchUp { since: Some(text.to_owned()), after: None }.since(now).ok();
        assert_eq!(CatchUp::default().since(now).unwrap(), Millis::from_rfc3339("2026-11-28T12:00:00Z").unwrap());
        for good in ["2026-11-29T12:00:30Z", "2026-11-29T08:00:00+02:00", "2026-11-16T12:00:01.5Z"] {
            assert_eq!(since(good), Millis::from_rfc3339(good), "{good}");
        }
        for bad in ["2026-11-29T13:00:00Z", "2026-11-16T11:59:59Z", "", "yesterday", "2026-11-29", "1764417600000"] {
            assert_eq!(since(bad), None, "{bad}");
        }
    }

    #[test]
    fn schedules_are_told_from_other_events() {
        assert!(is_scheduled(&serde_json::json!({"detail-type": "Scheduled Event", "source": "aws.events"})));
        for other in [serde_json::json!({"event": "onAppInstall"}), serde_json::json!({"event": "onScheduledEvent"})] {
            assert!(!is_scheduled(&other), "{other}");
        }
    }
}
