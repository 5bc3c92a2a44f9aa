//! Turns the answer to a plan's call into facts.

use bytes::Bytes;
use http::Response;

use super::{
    CHANNEL, CHANNEL_TYPE, calls, classify, extras, memo, parse,
    plan::Plan,
    profile::{self, Field},
    render::Post,
    search,
    wire::{self, Case, CustomChannel, Message, Staff, User, Word},
};
use crate::{
    adapter::{Account, Fact, Failure, Known, Learned},
    model::message::{Contact, ConversationState},
    tools::millis::Millis,
};

/// The length of a page of messages.
const PAGE: usize = 100;

pub(super) fn read(account: &Account<'_>, known: &Known, plan: Plan<'_>, answer: &Response<Bytes>) -> Learned {
    let reader = Reader { account, channel: account.require(CHANNEL)?, known, answer };
    match plan {
        Plan::Done => Ok(Vec::new()),
        Plan::CheckChannel => reader.channels(),
        Plan::FindUser { contact, bare } => reader.users(contact, bare),
        Plan::ReadUser { .. } => reader.contact(),
        Plan::ReadStaff { .. } => reader.staff(),
        Plan::ListCases { .. } => reader.cases(),
        Plan::LookForPost { case, post } => reader.looked_for_post(case, &post),
        Plan::Create { contact, post } => reader.created(contact, &post),
        Plan::Post { case, contact, post, .. } => reader.posted(contact, case, &post),
        Plan::UpdateUser { contact, field, .. } => reader.updated_user(contact, field),
        Plan::LookForNote { text, .. } => reader.looked_for_note(text),
        Plan::PostNote { case, .. } => reader.posted_note(case),
        Plan::ReadHistory { case, contact, since } => reader.history(case, contact, since),
    }
}

struct Reader<'a> {
    account: &'a Account<'a>,
    channel: &'a str,
    known: &'a Known,
    answer: &'a Response<Bytes>,
}

impl Reader<'_> {
    fn is_ok(&self) -> bool {
        classify::is_ok(self.answer)
    }

    fn is_missing(&self) -> bool {
        classify::is_missing(self.answer)
    }

    fn failure(&self, what: &str) -> Failure {
        classify::failure(what, self.answer)
    }

    /// Fails unless the call worked. `what` is that of [`classify::failure`].
    fn check(&self, what: &str) -> Result<(), Failure> {
        if self.is_ok() { Ok(()) } else { Err(self.failure(what)) }
    }

    /// Fails unless the call worked or its target does not exist.
    fn check_or_missing(&self, what: &str) -> Result<(), Failure> {
        if self.is_missing() { Ok(()) } else { self.check(what) }
    }

    /// Returns [`Fact::DoubtSettled`] if an earlier attempt left a doubt, for answers that show that it posted nothing.
    fn settled(&self) -> Option<Fact> {
        self.known.doubtful.then_some(Fact::DoubtSettled)
    }

    /// Returns [`Fact::NoConversation`] if the link names a case.
    fn no_case(&self) -> Option<Fact> {
        self.known.link.conversation.is_some().then_some(Fact::NoConversation)
    }

    /// Reads the custom channels. The setting may be the channel's title; the stored value is its key, which never
    /// changes.
    fn channels(&self) -> Learned {
        self.check("to list the custom channels")?;
        let channels: Vec<CustomChannel> = wire::list(self.answer.body(), "custom_channel");
        let wanted = self.channel.trim().to_lowercase();
        let is = |word: &Word| word.text().is_some_and(|text| text.trim().to_lowercase() == wanted);
        let by_key = channels.iter().find(|channel| is(&channel.channel_api_key));
        let mut by_title = channels.iter().filter(|channel| is(&channel.title));
        let channel = match (by_key, by_title.next(), by_title.next()) {
            (Some(channel), ..) | (None, Some(channel), None) => channel,
            (None, Some(_), Some(_)) => {
                return Err(Failure::rejected(format!(
                    "several custom channels are called so; take one of {}",
                    all(&channels)
                )));
            }
            (None, None, _) if channels.is_empty() => {
                return Err(Failure::rejected("the account has no custom channel; add one in Deskie's settings"));
            }
            (None, None, _) => {
                return Err(Failure::rejected(format!(
                    "there is no such custom channel; there are {}",
                    all(&channels)
                )));
            }
        };
        let Some(key) = channel.channel_api_key.text() else {
            return Err(Failure::rejected("the custom channel has no key; save it once more in Deskie's settings"));
        };
        if channel.active.is_some_and(|active| !active.0) {
            return Err(Failure::rejected(format!(
                "the custom channel {key} is inactive; switch it on in Deskie's settings"
            )));
        }
        let name = channel.title.text().map(|title| Fact::AccountName(title.to_owned()));
        let kind = channel.channel_type.text().map(str::to_ascii_lowercase);
        let kind = kind.filter(|kind| matches!(kind.as_str(), "sync" | "async"));
        let kind = kind.map(|kind| Fact::Setting(CHANNEL_TYPE, kind));
        Ok([Fact::Setting(CHANNEL, key.to_owned())].into_iter().chain(kind).chain(name).collect())
    }

    /// Returns whether a record belongs to the installation's channel, in either spelling. A record without a channel
    /// counts as belonging to it.
    fn is_here(&self, channel: &Word) -> bool {
        let ours = self.channel.to_lowercase();
        channel.text().is_none_or(|key| calls::bare(&key.to_lowercase()) == calls::bare(&ours))
    }

    /// Reads the users found for the contact. An agent may have named an existing user, so the name stays.
    fn users(&self, contact: &Contact, asked_bare: bool) -> Learned {
        self.check_or_missing("to look for the user")?;
        let reference = self.account.reference(&contact.id);
        let users: Vec<User> = wire::list(self.answer.body(), "user");
        let found = users.iter().filter(|user| {
            user.user_custom_id.text().is_none_or(|id| id == reference) && self.is_here(&user.user_custom_channel)
        });
        // Of several users the oldest counts, so that it is always the same one.
        let oldest = found.filter(|user| user.user_id.id().is_some()).min_by_key(|user| user.user_id.number());
        match oldest.and_then(|user| Some((user, user.user_id.id()?))) {
            Some((user, id)) => {
                let shown = self.known.link.profile.as_deref();
                let named = user.user_full_name.text().and(Field::Name.of(contact));
                let profile = named.map(|_| Fact::ProfileShown(profile::with(shown, contact, &[Field::Name])));
                Ok([Fact::User(id.to_owned()), Fact::memo(memo::USER, memo::FOUND)]
                    .into_iter()
                    .chain(profile)
                    .collect())
            }
            None if !asked_bare && calls::bare(self.channel) != self.channel => {
                Ok(vec![Fact::memo(memo::USER, memo::BARE)])
            }
            // Without a user there is no case, and no message can have been posted.
            None => {
                let absent = Fact::memo(memo::USER, memo::ABSENT);
                Ok([absent].into_iter().chain(self.no_case()).chain(self.settled()).collect())
            }
        }
    }

    fn contact(&self) -> Learned {
        self.check("to show the user")?;
        let user: Option<User> = wire::record(self.answer.body(), "user");
        // A page of something in between is no answer about the user.
        let user = user.ok_or_else(|| Failure::retry("Deskie answered without the user"))?;
        let named = user.user_full_name.owned().map(Fact::UserName);
        let Some(custom) = user.user_custom_id.text() else {
            return Ok(vec![Fact::MadeByHand { phone: user.user_phone.owned() }]);
        };
        match self.account.contact_of(custom) {
            Some(contact) => Ok([Fact::Contact(contact.to_owned())].into_iter().chain(named).collect()),
            None => Ok(vec![Fact::Stranger]),
        }
    }

    fn staff(&self) -> Learned {
        self.check("to show the agent")?;
        let staff: Option<Staff> = wire::record(self.answer.body(), "staff");
        Ok(staff.and_then(|staff| staff.staff_full_name.owned()).map(Fact::Author).into_iter().collect())
    }

    /// Reads the user's cases. Only the newest case counts: a closed one is as good as none, and a stored case that is
    /// missing from the list was merged into another. Where people write as by mail, several cases may be open, so the
    /// stored one stays as long as it is.
    fn cases(&self) -> Learned {
        if self.has_lost_user() {
            return Ok(vec![Fact::memo(memo::USER, memo::GONE)]);
        }
        self.check("to list the cases")?;
        let lost: Vec<&str> = memo::list(self.known, memo::LOST).collect();
        let mut cases: Vec<Case> = wire::list(self.answer.body(), "case");
        cases.retain(|case| {
            // An e-mail case of a linked profile does not belong to the channel.
            self.is_here(&case.channel) && !case.deleted.0 && case.case_id.id().is_some_and(|id| !lost.contains(&id))
        });
        let age = |case: &&Case| (case.created_at.text().and_then(search::date), case.case_id.number());
        let stored = self.known.link.conversation.as_deref().filter(|_| super::is_async(self.account));
        let is_stored = |case: &&Case| stored.is_some() && case.case_id.id() == stored;
        let open = cases.iter().find(is_stored).filter(|case| wire::state(&case.status) == ConversationState::Open);
        let newest =
            open.or_else(|| cases.iter().max_by_key(age)).and_then(|case| Some((case, case.case_id.id()?.to_owned())));
        let Some((newest, id)) = newest else {
            let none = Fact::memo(memo::CASES, memo::NONE);
            return Ok([none].into_iter().chain(self.no_case()).chain(self.settled()).collect());
        };
        let mut facts = vec![Fact::Conversation { id: id.clone(), state: Some(wire::state(&newest.status)) }];
        if self.known.doubtful {
            // The post either went into the stored case or created the newest one.
            let stored = self.known.link.conversation.as_deref().filter(|stored| *stored != id);
            let stored = stored.filter(|stored| cases.iter().any(|case| case.case_id.id() == Some(stored)));
            let places: Vec<&str> = [id.as_str()].into_iter().chain(stored).collect();
            facts.push(Fact::memo(memo::DOUBT, places.join(",")));
        }
        Ok(facts)
    }

    fn looked_for_post(&self, case: &str, post: &Post) -> Learned {
        self.check_or_missing("to list the messages")?;
        let found = if self.is_missing() { None } else { search::find_post(self.known, case, post, self.answer) };
        if let Some(message) = found {
            // The state of the case is requested before the next message.
            let elsewhere = self.known.link.conversation.as_deref() != Some(case);
            let moved = elsewhere.then(|| Fact::Conversation { id: case.to_owned(), state: None });
            let sent = [Fact::LastMessage(message.clone()), Fact::Sent(Some(message)), Fact::memo(memo::DOUBT, "")];
            return Ok(moved.into_iter().chain(sent).collect());
        }
        let left: Vec<&str> = memo::list(self.known, memo::DOUBT).filter(|id| *id != case).collect();
        let settled = left.is_empty().then_some(Fact::DoubtSettled);
        Ok([Fact::memo(memo::DOUBT, left.join(","))].into_iter().chain(settled).collect())
    }

    fn created(&self, contact: &Contact, post: &Post) -> Learned {
        let case: Option<Case> = wire::record(self.answer.body(), "case").filter(|_| self.is_ok());
        let Some(case) = case else {
            if classify::is_about_contact(self.answer) && self.known.memo(memo::PLAIN).is_none() {
                return Ok(vec![Fact::memo(memo::PLAIN, "1")]);
            }
            let is_refused = matches!(self.failure("the case"), Failure::Rejected { .. });
            if is_refused && extras::are_set(self.account) && self.known.memo(memo::EXTRAS).is_none() {
                return Ok(vec![Fact::memo(memo::EXTRAS, "refused")]);
            }
            return self.refused(post, "the case");
        };
        let mut facts: Vec<Fact> = case.user_id.id().map(|id| Fact::User(id.to_owned())).into_iter().collect();
        if let Some(id) = case.case_id.id() {
            facts.push(Fact::Conversation { id: id.to_owned(), state: Some(wire::state(&case.status)) });
            facts.push(Fact::LastMessage(search::first_of(id)));
        }
        let shown = profile::with_all(self.known.link.profile.as_deref(), contact);
        if !shown.is_empty() {
            facts.push(Fact::ProfileShown(shown));
        }
        facts.push(Fact::Sent(None));
        Ok(facts)
    }

    fn posted(&self, contact: &Contact, case: &str, post: &Post) -> Learned {
        let message: Option<Message> = wire::record(self.answer.body(), "message").filter(|_| self.is_ok());
        let Some(message) = message else {
            if self.has_lost_user() {
                return Ok(vec![Fact::memo(memo::USER, memo::GONE)]);
            }
            if self.is_missing() {
                return Ok(self.lost(case));
            }
            return self.refused(post, "the message");
        };
        let id = message.message_id.id().map(str::to_owned);
        let last = id.clone().map(Fact::LastMessage);
        // The message matters more: with hardly a call left, the profile waits.
        let later = (classify::is_scarce(self.answer)
            && profile::missing(self.known.link.profile.as_deref(), contact).is_some())
        .then(|| Fact::memo(memo::PROFILE, "later"));
        Ok(last.into_iter().chain(later).chain([Fact::Sent(id)]).collect())
    }

    /// Returns whether the user is gone, merged into another user, which still has the bridge's name for the contact.
    fn has_lost_user(&self) -> bool {
        classify::is_user_missing(self.answer) && self.known.memo(memo::USER).is_none()
    }

    /// Records that the case is gone: deleted, or merged into another one, which the list will show.
    fn lost(&self, case: &str) -> Vec<Fact> {
        let lost: Vec<&str> = memo::list(self.known, memo::LOST).chain([case]).collect();
        vec![Fact::NoConversation, Fact::memo(memo::LOST, lost.join(","))]
    }

    /// Retries a post without its files if Deskie refused the files, before giving the post up.
    fn refused(&self, post: &Post, what: &str) -> Learned {
        match self.failure(what) {
            Failure::Rejected { .. } if !post.files.is_empty() => {
                Ok(vec![Fact::memo(memo::refused_files(self.known.sent()), "refused")])
            }
            failure => Err(failure),
        }
    }

    /// Reads the answer about the profile. The message has arrived in any case. A refused field counts as shown,
    /// because Deskie would refuse it again: most often the address already belongs to another user.
    fn updated_user(&self, contact: &Contact, field: Field) -> Learned {
        let is_later = matches!(self.check("the profile"), Err(Failure::Retry { .. }));
        let shown = Fact::ProfileShown(profile::with(self.known.link.profile.as_deref(), contact, &[field]));
        let later = (is_later || classify::is_scarce(self.answer)).then(|| Fact::memo(memo::PROFILE, "later"));
        Ok((!is_later).then_some(shown).into_iter().chain(later).collect())
    }

    fn looked_for_note(&self, text: &str) -> Learned {
        self.check_or_missing("to list the messages")?;
        let found = search::find_note(text, self.answer).map(|id| Fact::Sent(Some(id)));
        Ok(vec![found.unwrap_or(Fact::DoubtSettled)])
    }

    /// Reads a page of a case, newest first. The list ends where it counts no more messages, or beyond `since`.
    fn history(&self, case: &str, contact: &str, since: Millis) -> Learned {
        if self.is_missing() {
            return Ok(self.lost(case));
        }
        self.check("to list the messages")?;
        let page = memo::page(self.known);
        let found = parse::history(self.account, self.known, self.answer.body(), (case, contact));
        let found = found.ok_or_else(|| Failure::retry("Deskie answered without the messages"))?;
        // Deskie's times are whole seconds.
        let is_old = |at: Option<Millis>| at.is_some_and(|at| at.seconds() < since.seconds());
        let is_last = found.is_empty()
            || wire::total_count(self.answer.body()).is_some_and(|total| page.saturating_mul(PAGE) >= total)
            || found.iter().any(|(at, _)| is_old(*at));
        let next = if is_last { memo::END.to_owned() } else { (page + 1).to_string() };
        let new = found.into_iter().filter(|(at, _)| !is_old(*at));
        let written = new.filter_map(|(_, fact)| fact);
        Ok([Fact::memo(memo::PAGE, next)].into_iter().chain(written).collect())
    }

    fn posted_note(&self, case: &str) -> Learned {
        let message: Option<Message> = wire::record(self.answer.body(), "message").filter(|_| self.is_ok());
        match message {
            Some(message) => Ok(vec![Fact::Sent(message.message_id.id().map(str::to_owned))]),
            None if self.is_missing() => Ok(self.lost(case)),
            None if classify::is_about_staff(self.answer) && self.known.memo(memo::STAFF).is_none() => {
                Ok(vec![Fact::memo(memo::STAFF, "refused")])
            }
            None => Err(self.failure("the note")),
        }
    }
}

fn all(channels: &[CustomChannel]) -> String {
    let name = |channel: &CustomChannel| {
        format!(
            "{} ({})",
            channel.channel_api_key.text().unwrap_or("without a key"),
            channel.title.text().unwrap_or("without a title")
        )
    };
    channels.iter().take(20).map(name).collect::<Vec<_>>().join(", ")
}
