//! Turns the answer to a plan's call into facts.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde::de::IgnoredAny;

use super::{
    CHANNEL_ID, Freshchat, TEXT_WHEN_CLOSED, classify, memo, parse,
    parts::{self, FileRef},
    plan::Plan,
    profile, render,
    search::{self, Candidate, Seen},
    uploads::{self, Uploaded},
    wire::{
        self, Configuration, Conversation, Conversations, Message, Messages, Pagination, Topic, Topics, User, Users,
    },
};
use crate::{
    adapter::{Account, Delivery, Fact, Failure, Known, Learned, Link},
    helpdesk::Helpdesk,
    model::{
        installation::OnResolved,
        message::{Contact, ConversationState, Media, Part},
    },
    tools::millis::Millis,
};

/// The maximum number of pages that are read of a list.
const MOST_PAGES: usize = 6;
/// The maximum number of topics that an error names.
const TOPICS_SHOWN: usize = 20;
/// The age up to which a note may be the one in doubt: most attempts follow each other within minutes, and
/// a note that appears twice is better than none.
const NOTE_MOMENT: Duration = Duration::from_secs(900);
/// How far Freshchat's clock may be behind ours.
const CLOCKS_APART: Duration = Duration::from_secs(10);
/// The wait for a file's link.
const SOON: Duration = Duration::from_millis(700);

pub(super) fn read(account: &Account<'_>, known: &Known, plan: Plan<'_>, answer: &Response<Bytes>) -> Learned {
    let reader = Reader { account, known, answer };
    if is_search(&plan) && reader.is_garbled() {
        return Err(Failure::retry("Freshchat answered without JSON"));
    }
    match plan {
        Plan::Done | Plan::Download { .. } => Ok(Vec::new()),
        Plan::CheckAccount => reader.account(),
        Plan::CheckTopic => reader.topics(),
        Plan::FindUser { contact, for_note } => reader.users(contact, for_note),
        Plan::FindByPhone { phone } => reader.users_with(phone),
        Plan::FindByEmail { email } => reader.users_at(email),
        Plan::CreateUser { contact, plain } => reader.created_user(contact, plain),
        Plan::ReadUser { .. } => reader.contact(),
        Plan::NameUser { .. } => reader.check("to change the user").map(|()| Vec::new()),
        Plan::AdoptUser { user, contact } => reader.adopted_user(user, contact),
        Plan::ReadAgent { .. } => reader.agent(),
        Plan::Rate { .. } => reader.check("the rating").map(|()| vec![Fact::Sent(None)]),
        Plan::ReadWelcome => reader.welcome(),
        Plan::ReadHours => reader.hours(),
        Plan::ListConversations { .. } => reader.conversations(),
        Plan::ReadConversation { conversation, for_note } => reader.conversation(&conversation, for_note),
        Plan::UploadImage { index } => reader.image(index),
        Plan::UploadFile { media, index } => reader.file(media, index),
        Plan::LookForPost { delivery, conversation } => reader.looked_for_post(delivery, conversation),
        Plan::ListInDoubt { .. } => reader.conversations_in_doubt(),
        Plan::LookInCandidate { delivery, conversation } => reader.looked_in_candidate(delivery, &conversation),
        Plan::Create { delivery, user } => reader.created(delivery, user),
        Plan::Post { delivery, conversation, .. } => reader.posted(delivery, conversation),
        Plan::AssignGroup { .. } => Ok(vec![reader.assigned_group()]),
        Plan::UpdateUser { contact, .. } => reader.updated_user(contact),
        Plan::LookForNote { text, at, .. } => reader.looked_for_note(text, at),
        Plan::PostNote { conversation, .. } => reader.posted_note(conversation),
        Plan::FindFile { file, .. } => reader.file_link(&file),
        Plan::ReadHistory { conversation, since } => reader.history(conversation, since),
    }
}

/// Returns whether a call searches for something that is created or posted if it is not found.
fn is_search(plan: &Plan<'_>) -> bool {
    matches!(
        plan,
        Plan::FindUser { .. }
            | Plan::FindByPhone { .. }
            | Plan::FindByEmail { .. }
            | Plan::ListConversations { .. }
            | Plan::ReadConversation { .. }
            | Plan::LookForPost { .. }
            | Plan::LookForNote { .. }
            | Plan::ListInDoubt { .. }
            | Plan::LookInCandidate { .. }
            | Plan::ReadHistory { .. }
            | Plan::ReadUser { .. }
    )
}

/// The users who may be taken as a contact.
enum Free {
    One(String),
    None,
    Several,
}

struct Reader<'a> {
    account: &'a Account<'a>,
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

    /// Returns whether a call succeeded with a body that is not JSON, for example a gateway's page. Such an answer does
    /// not mean that nothing was found.
    fn is_garbled(&self) -> bool {
        self.is_ok() && serde_json::from_slice::<IgnoredAny>(self.answer.body()).is_err()
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

    /// Fails unless the call worked or requested a page behind the last one.
    fn check_or_past_end(&self, what: &str) -> Result<(), Failure> {
        if self.is_past_end() { Ok(()) } else { self.check(what) }
    }

    /// Returns [`Fact::DoubtSettled`] if an earlier attempt left a doubt. User and conversation are found before
    /// anything is posted, so an attempt that did not know them has posted nothing.
    fn settled(&self) -> Option<Fact> {
        self.known.doubtful.then_some(Fact::DoubtSettled)
    }

    fn account(&self) -> Learned {
        self.check("the credentials")?;
        let found: Configuration = wire::read(self.answer.body());
        if found.account_id.or(&found.organisation_id).or(&found.app_id).text().is_none() {
            return Err(Failure::rejected("`api_url` does not lead to Freshchat's API"));
        }
        let id = found.account_id.owned().map(Fact::AccountId);
        Ok(id.into_iter().collect())
    }

    /// Reads a page of topics. A wrong topic fails the install at once. If the list is unavailable, the install goes on
    /// without this check, because the credentials are known to be good.
    fn topics(&self) -> Learned {
        let done = Ok(vec![Fact::memo(memo::TOPIC, "1")]);
        if self.is_garbled() || !self.is_ok() && !self.is_past_end() {
            return done;
        }
        let wanted = self.account.require(CHANNEL_ID)?;
        let Topics { channels, pagination } = wire::read(self.answer.body());
        let is_last = self.is_last_page(channels.is_empty(), &pagination);
        match channels.iter().find(|topic| topic.id.text() == Some(wanted)) {
            Some(topic) if topic.enabled == false => {
                Err(Failure::rejected("the topic of `channel_id` is switched off in Freshchat"))
            }
            Some(topic) => {
                let name = topic.name.owned().map(Fact::AccountName);
                Ok([Fact::memo(memo::TOPIC, "1"), Fact::OwnsAddress].into_iter().chain(name).collect())
            }
            None => self.next_page(is_last).unwrap_or_else(|| {
                let name = |topic: &Topic| Some(format!("{} ({})", topic.id.text()?, topic.name.text().unwrap_or("-")));
                let all = channels.iter().filter_map(name).take(TOPICS_SHOWN).collect::<Vec<_>>().join(", ");
                Err(Failure::rejected(match all.as_str() {
                    "" => "the account has no topic with the id in `channel_id`".to_owned(),
                    all => format!("the account has no topic with the id in `channel_id`; there are {all}"),
                }))
            }),
        }
    }

    fn is_last_page(&self, is_empty: bool, pagination: &Pagination) -> bool {
        pagination
            .total_pages
            .text()
            .map_or(is_empty, |total| total.parse().is_ok_and(|total: usize| memo::page(self.known) >= total))
    }

    /// Continues with the next page of a list. A page may be shorter than requested without being the last.
    fn next_page(&self, is_last: bool) -> Option<Learned> {
        let page = memo::page(self.known);
        let next = || Ok(vec![Fact::memo(memo::PAGE, (page + 1).to_string())]);
        (!is_last && page < MOST_PAGES).then(next)
    }

    /// Returns whether the page is behind the last one, which Freshchat refuses. It may also return such a page empty.
    fn is_past_end(&self) -> bool {
        memo::page(self.known) > 1 && self.answer.status() == StatusCode::BAD_REQUEST
    }

    /// Reads the users found for the contact. Of several users with the contact's reference the oldest counts, so that
    /// it is always the same one. An agent may have named an existing user, so a name stays and counts as the contact's
    /// current name; only a missing name is written.
    fn users(&self, contact: &Contact, for_note: bool) -> Learned {
        self.check_or_missing("to look for the user")?;
        let reference = self.account.reference(&contact.id);
        let found: Users = wire::read(self.answer.body());
        let ours = found.users.iter().filter(|user| {
            user.id.text().is_some() && user.reference_id.text().is_none_or(|theirs| theirs == reference)
        });
        let oldest = ours.min_by_key(|user| parse::millis(&user.created_time).unwrap_or(Millis::MAX));
        // As long as the user is unknown, an earlier attempt can have created a user at most.
        let settled = self.settled();
        if let Some((user, id)) = oldest.and_then(|user| Some((user, user.id.owned()?))) {
            let name = profile::full_name(&user.first_name, &user.last_name);
            let shown = (name.is_some() && !for_note).then(|| self.profile_shown(contact));
            let found = [Fact::User(id), Fact::memo(memo::USER, memo::FOUND)];
            return Ok(found.into_iter().chain(shown).chain(settled).collect());
        }
        match self.known.memo(memo::USER) {
            Some(memo::EXISTS) => Err(Failure::retry("Freshchat has the user already but does not find it yet")),
            before => {
                let next = if before == Some(memo::PLAIN) { memo::PLAIN } else { memo::ABSENT };
                Ok([Fact::memo(memo::USER, next)].into_iter().chain(settled).collect())
            }
        }
    }

    /// Reads the users found for a telephone number.
    fn users_with(&self, phone: &str) -> Learned {
        let next = match self.free_user(|user| user.phone.text() == Some(phone))? {
            Free::One(user) => format!("{}{user}", memo::MATCH),
            Free::None if phone.starts_with('+') => memo::BARE.to_owned(),
            Free::None | Free::Several => memo::NONE.to_owned(),
        };
        Ok(vec![Fact::memo(memo::PHONE, next)])
    }

    /// Reads the users found for an e-mail address.
    fn users_at(&self, email: &str) -> Learned {
        let is_theirs = |user: &User| user.email.text().is_some_and(|theirs| theirs.eq_ignore_ascii_case(email));
        let next = match self.free_user(is_theirs)? {
            Free::One(user) => format!("{}{user}", memo::MATCH),
            Free::None | Free::Several => memo::NONE.to_owned(),
        };
        Ok(vec![Fact::memo(memo::EMAIL, next)])
    }

    /// Returns the only one of the found users who stands for no contact and is no visitor of the web widget.
    fn free_user(&self, is_theirs: impl Fn(&User) -> bool) -> Result<Free, Failure> {
        self.check_or_missing("to look for the user")?;
        let found: Users = wire::read(self.answer.body());
        let is_free = |user: &&User| user.reference_id.text().is_none() && user.restore_id.text().is_none();
        let mut free = found.users.iter().filter(is_free).filter(|user| is_theirs(user));
        Ok(match (free.next().and_then(|user| user.id.owned()), free.next()) {
            (Some(user), None) => Free::One(user),
            (None, _) => Free::None,
            (Some(_), Some(_)) => Free::Several,
        })
    }

    /// Takes a user who was made in Freshchat as the contact's. The profile that people wrote there stays.
    fn adopted_user(&self, user: &str, contact: &Contact) -> Learned {
        match self.check("to change the user") {
            Ok(()) => {
                Ok(vec![Fact::User(user.to_owned()), Fact::memo(memo::USER, memo::FOUND), self.profile_shown(contact)])
            }
            // Neither search is made again.
            Err(Failure::Rejected { .. }) => {
                Ok(vec![Fact::memo(memo::PHONE, memo::NONE), Fact::memo(memo::EMAIL, memo::NONE)])
            }
            Err(failure) => Err(failure),
        }
    }

    fn created_user(&self, contact: &Contact, plain: bool) -> Learned {
        let user: User = wire::read(self.answer.body());
        match (self.answer.status(), user.id.owned()) {
            (status, Some(id)) if status.is_success() => {
                Ok(vec![Fact::User(id), Fact::memo(memo::USER, memo::CREATED), self.profile_shown(contact)])
            }
            // A gateway's page does not say whether the user was created.
            _ if self.is_garbled() => {
                Err(Failure::Retry { wait: None, reason: "Freshchat answered without JSON".to_owned(), doubtful: true })
            }
            (status, _) if status.is_success() || status == StatusCode::CONFLICT => {
                Ok(vec![Fact::memo(memo::USER, memo::EXISTS)])
            }
            // A telephone number or an e-mail address that Freshchat refuses must not cost the message.
            (StatusCode::BAD_REQUEST, _) if !plain => Ok(vec![Fact::memo(memo::USER, memo::PLAIN)]),
            _ => Err(self.failure("to create the user")),
        }
    }

    /// Reads the answer about the profile. The message has arrived in any case.
    fn updated_user(&self, contact: &Contact) -> Learned {
        let later = matches!(self.check("the profile"), Err(Failure::Retry { .. } | Failure::Blocked { .. }));
        Ok(vec![if later { Fact::memo(memo::PROFILE, "later") } else { self.profile_shown(contact) }])
    }

    /// Reads whether the conversation was given to a group. A group that Freshchat does not know changes nothing.
    fn assigned_group(&self) -> Fact {
        Fact::memo(memo::GROUP, if self.is_ok() { "assigned" } else { "refused" })
    }

    fn profile_shown(&self, contact: &Contact) -> Fact {
        Fact::ProfileShown(profile::shown(self.account, contact).digest())
    }

    fn conversations(&self) -> Learned {
        let candidates = self.listed(memo::replaced(self.known))?;
        let mut facts = vec![Fact::memo(memo::CANDIDATES, search::to_memo(&candidates))];
        if candidates.is_empty() {
            facts.push(Fact::memo(memo::CONVERSATION, memo::NONE));
            facts.extend(self.settled());
        }
        Ok(facts)
    }

    /// Returns the listed conversations. Freshchat may answer 404 for a user without conversations.
    fn listed(&self, except: Option<&str>) -> Result<Vec<Candidate>, Failure> {
        self.check_or_missing("to list the user's conversations")?;
        let found = || search::candidates(&wire::read::<Conversations>(self.answer.body()), except);
        Ok(if self.is_missing() { Vec::new() } else { found() })
    }

    fn conversation(&self, id: &str, for_note: bool) -> Learned {
        self.check_or_missing("to show the conversation")?;
        let topic = self.account.require(CHANNEL_ID)?;
        let seen = if self.is_missing() {
            Seen::default()
        } else {
            search::look_at(&wire::read::<Conversation>(self.answer.body()), topic)
        };
        let candidates = search::from_memo(self.known.memo(memo::CANDIDATES)).unwrap_or_default();
        let candidates = search::saw(candidates, id, seen);
        let mut facts = vec![Fact::memo(memo::CANDIDATES, search::to_memo(&candidates))];
        if search::unseen(&candidates).is_none() {
            let resolved_too = for_note || self.account.options.on_resolved == OnResolved::Reopen;
            facts.push(match search::choose(&candidates, resolved_too) {
                Some((id, state)) => Fact::Conversation { id: id.to_owned(), state: Some(state) },
                None => Fact::memo(memo::CONVERSATION, memo::NONE),
            });
            facts.extend(self.settled());
        }
        Ok(facts)
    }

    fn looked_for_post(&self, delivery: &Delivery<'_>, id: &str) -> Learned {
        if self.is_missing() {
            return Ok(replaced(id));
        }
        self.check_or_past_end("to list the messages")?;
        let resolved = self.known.link.state == Some(ConversationState::Resolved);
        let Messages { messages } = wire::read(self.answer.body());
        if let Some(message) = self.look_for(&messages, delivery).found {
            let open = resolved.then_some(Fact::ConversationState(ConversationState::Open));
            return Ok(open.into_iter().chain(sent(Some(message))).collect());
        }
        let (user, last) = self.ours();
        self.next_page(messages.is_empty() || search::is_over(&messages, user, last)).unwrap_or_else(|| {
            // A resolved conversation may have been followed by a new one that holds the message.
            let looked = if resolved { Fact::memo(memo::LOOKED, id) } else { Fact::DoubtSettled };
            Ok(vec![looked, Fact::memo(memo::PAGE, "")])
        })
    }

    fn conversations_in_doubt(&self) -> Learned {
        let candidates = self.listed(None)?;
        let looked = || vec![Fact::memo(memo::DOUBT, search::to_memo(&candidates))];
        Ok(if candidates.is_empty() { settled() } else { looked() })
    }

    fn looked_in_candidate(&self, delivery: &Delivery<'_>, id: &str) -> Learned {
        self.check_or_missing("to list the messages")?;
        let candidates = search::from_memo(self.known.memo(memo::DOUBT)).unwrap_or_default();
        let Messages { messages } = wire::read(self.answer.body());
        let candidates = search::saw(candidates, id, self.look_for(&messages, delivery));
        let mut facts = vec![Fact::memo(memo::DOUBT, search::to_memo(&candidates))];
        match search::found(&candidates) {
            _ if search::unseen(&candidates).is_some() => {}
            Some((conversation, message)) => {
                facts.push(opened(conversation));
                facts.extend(sent(Some(message.to_owned())));
            }
            None => facts.extend(settled()),
        }
        Ok(facts)
    }

    fn look_for(&self, messages: &[Message], delivery: &Delivery<'_>) -> Seen {
        let (user, last) = self.ours();
        search::look_for(messages, user, &render::message_parts(delivery, self.known), last)
    }

    /// Returns the user in whose name the bridge writes, and the last message that it wrote.
    fn ours(&self) -> (&str, Option<&str>) {
        let Link { user, last_message, .. } = &self.known.link;
        (user.as_deref().unwrap_or_default(), last_message.as_deref())
    }

    fn image(&self, index: usize) -> Learned {
        let uploaded = match self.check("the picture") {
            Ok(()) => uploads::image(self.answer),
            Err(Failure::Rejected { .. }) => Uploaded::AsFile,
            Err(failure) => return Err(failure),
        };
        Ok(vec![uploaded.memo(index)])
    }

    fn file(&self, media: &Media, index: usize) -> Learned {
        let uploaded = match self.check("the file") {
            Ok(()) => uploads::file(media, self.answer),
            Err(Failure::Rejected { .. }) => uploads::refused(media),
            Err(failure) => return Err(failure),
        };
        Ok(vec![uploaded.memo(index)])
    }

    fn posted(&self, delivery: &Delivery<'_>, conversation: &str) -> Learned {
        if !self.is_ok() {
            if classify::is_not_latest(self.answer) || self.is_missing() {
                return Ok(replaced(conversation));
            }
            return self.refused(delivery);
        }
        let message: Message = wire::read(self.answer.body());
        // If conversations are tickets, the message may have opened a new one. The old conversation has two ids.
        let moved = message
            .conversation_id
            .text()
            .filter(|id| *id != conversation && message.freshchat_conversation_id.text() != Some(conversation));
        let state = match moved {
            Some(id) => Some(opened(id)),
            None if self.known.link.state == Some(ConversationState::Resolved) => {
                Some(Fact::ConversationState(ConversationState::Open))
            }
            None => None,
        };
        Ok(state.into_iter().chain(sent(message.id.owned())).collect())
    }

    fn created(&self, delivery: &Delivery<'_>, user: &str) -> Learned {
        if !self.is_ok() {
            if classify::is_user_unknown(self.answer) && self.known.memo(memo::USER).is_none() {
                return Ok(vec![Fact::memo(memo::USER, memo::LOST)]);
            }
            // The admin can put this right, and the message waits for that.
            if classify::is_topic_unknown(self.answer) {
                let reason = "Freshchat does not know the topic of `channel_id` any more".to_owned();
                return Err(Failure::Blocked { reason });
            }
            // A group or a priority that the account does not have must not cost the message.
            let is_bad = self.answer.status() == StatusCode::BAD_REQUEST || self.is_missing();
            if is_bad && render::is_placed(self.account) && self.known.memo(memo::PLACED).is_none() {
                return Ok(vec![Fact::memo(memo::PLACED, "refused")]);
            }
            return self.refused(delivery);
        }
        let conversation: Conversation = wire::read(self.answer.body());
        let parts = render::message_parts(delivery, self.known);
        let message = search::look_for(&conversation.messages, user, &parts, None).found;
        let message = message.or_else(|| conversation.messages.first()?.id.owned());
        let id = conversation.guid().text();
        let greeted = id.filter(|_| Freshchat.greets(self.account)).map(|_| Fact::Opened);
        Ok(id.map(opened).into_iter().chain(greeted).chain(sent(message)).collect())
    }

    /// Retries a message that Freshchat refused with its pictures and links in another form, before giving it up.
    fn refused(&self, delivery: &Delivery<'_>) -> Learned {
        if self.answer.status() == StatusCode::BAD_REQUEST && render::payload(delivery, self.known).is_some() {
            return Ok(vec![Fact::memo(memo::NO_PAYLOAD, "1")]);
        }
        if classify::is_email_conversation(self.answer) {
            return Err(Failure::rejected(
                "Freshchat takes no messages into this conversation, which is one of e-mails",
            ));
        }
        let parts = render::message_parts(delivery, self.known);
        let mut facts = Vec::new();
        if classify::is_image_refused(self.answer) {
            facts.extend(uploads::images(delivery, self.known).map(|index| Uploaded::AsFile.memo(index)));
        }
        let bad = self.answer.status() == StatusCode::BAD_REQUEST;
        if bad && render::has_links(&parts, delivery, self.known) && self.known.memo(memo::LINKS_AS_TEXT).is_none() {
            facts.push(Fact::memo(memo::LINKS_AS_TEXT, "1"));
        }
        if facts.is_empty() { Err(self.failure("the message")) } else { Ok(facts) }
    }

    fn looked_for_note(&self, text: &str, at: Millis) -> Learned {
        self.check_or_missing("to list the messages")?;
        let Messages { messages } = wire::read(self.answer.body());
        // The same words about another message, a minute ago, are another note.
        let recent = classify::date(self.answer).map_or(Millis::MIN, |now| now.minus(NOTE_MOMENT));
        let since = recent.max(at.minus(CLOCKS_APART));
        let found = search::find_note(&messages, &render::note_parts(text), since);
        Ok(vec![found.map_or(Fact::DoubtSettled, |id| Fact::Sent(Some(id)))])
    }

    fn posted_note(&self, conversation: &str) -> Learned {
        if self.is_ok() {
            return Ok(vec![Fact::Sent(wire::read::<Message>(self.answer.body()).id.owned())]);
        }
        let gone = classify::is_not_latest(self.answer) || self.is_missing();
        if gone && self.known.memo(memo::CONVERSATION).is_none() {
            return Ok(replaced(conversation));
        }
        Err(self.failure("the note"))
    }

    /// Reads a page of topics until the contacts' topic with its welcome message.
    fn welcome(&self) -> Learned {
        self.check_or_past_end("to list the topics")?;
        let wanted = self.account.require(CHANNEL_ID)?;
        let Topics { channels, pagination } = wire::read(self.answer.body());
        let found = channels.iter().find(|topic| topic.id.text() == Some(wanted));
        let is_last = found.is_some() || self.is_last_page(channels.is_empty(), &pagination);
        if let Some(next) = self.next_page(is_last) {
            return next;
        }
        let parts = found.map(|topic| parts::contents(&topic.welcome_message, None).parts).unwrap_or_default();
        // The welcome message may be one that the widget shows by itself, without any text.
        let parts = parts.into_iter().filter(|part| !matches!(part, Part::Unsupported { .. })).collect();
        Ok(vec![Fact::memo(memo::TOPIC, "1"), Fact::Greeting(parts)])
    }

    fn hours(&self) -> Learned {
        self.check("to show the business hours")?;
        let text =
            self.account.setting(TEXT_WHEN_CLOSED).filter(|_| wire::is_within(self.answer.body()) == Some(false));
        let parts = text.map(|text| Fact::Greeting(vec![Part::text(text)]));
        Ok([Fact::memo(memo::HOURS, "1")].into_iter().chain(parts).collect())
    }

    fn agent(&self) -> Learned {
        self.check("to show the agent")?;
        let agent: User = wire::read(self.answer.body());
        let name = profile::full_name(&agent.first_name, &agent.last_name).map(Fact::Author);
        Ok(name.into_iter().collect())
    }

    fn contact(&self) -> Learned {
        self.check("to show the user")?;
        let user: User = wire::read(self.answer.body());
        // A name that stands in for a missing one is none.
        let name = profile::full_name(&user.first_name, &user.last_name);
        let stand_in = profile::stand_in(self.account, user.phone.text());
        let named = name.filter(|name| *name != stand_in).map(Fact::UserName);
        let Some(name) = user.reference_id.text() else {
            // The web widget's visitors have a `restore_id`, and whoever was made in Freshchat has neither.
            return Ok(match (user.restore_id.text(), user.id.text()) {
                (Some(_), _) => vec![Fact::Stranger],
                (None, Some(_)) => vec![Fact::MadeByHand { phone: user.phone.owned() }],
                (None, None) => Vec::new(),
            });
        };
        match self.account.contact_of(name) {
            Some(contact) => Ok([Fact::Contact(contact.to_owned())].into_iter().chain(named).collect()),
            None => Ok(vec![Fact::Stranger]),
        }
    }

    /// Reads a page of what was written in a conversation, newest first. The list ends with a page that is empty, that
    /// begins like the one before, or that reaches back beyond `since`. A conversation that was deleted has no history.
    fn history(&self, conversation: &str, since: Millis) -> Learned {
        let end = || Fact::memo(memo::PAGE, memo::END);
        if self.is_missing() {
            return Ok(vec![end()]);
        }
        self.check_or_past_end("to list the messages")?;
        let Messages { messages } = wire::read(self.answer.body());
        let first = messages.iter().find_map(|message| message.id.text());
        let is_old = |message: &Message| parse::millis(&message.created_time).is_some_and(|at| at < since);
        if messages.is_empty() || first.is_some() && first == self.known.memo(memo::FIRST) {
            return Ok(vec![end()]);
        }
        let page = match first.is_none() || messages.iter().any(is_old) {
            true => end(),
            false => Fact::memo(memo::PAGE, (memo::page(self.known) + 1).to_string()),
        };
        let new: Vec<&Message> = messages.iter().filter(|message| !is_old(message)).collect();
        let written = parse::history(self.account, &new, conversation);
        let place = [page, Fact::memo(memo::FIRST, first.unwrap_or_default())];
        Ok(place.into_iter().chain(written).collect())
    }

    /// Reads a file's link. The file is found by Freshchat's own name of it, or else by its position in the message.
    fn file_link(&self, wanted: &FileRef) -> Learned {
        self.check_or_past_end("to list the messages")?;
        let found: Messages = wire::read(self.answer.body());
        let message = found.messages.iter().find(|message| message.id.text() == Some(&wanted.message));
        if let Some(next) = self.next_page(message.is_some() || found.messages.is_empty()) {
            return next;
        }
        let files =
            message.map(|message| parts::contents(message, Some(&wanted.conversation)).files).unwrap_or_default();
        let by_hash = files.iter().find(|file| wanted.hash.is_some() && file.hash().text() == wanted.hash.as_deref());
        match by_hash.or_else(|| files.get(wanted.position)).and_then(|file| file.url.text()) {
            Some(url) => Ok(vec![Fact::memo(memo::URL, url)]),
            None => soon("Freshchat has no link to the file yet"),
        }
    }
}

fn sent(message: Option<String>) -> impl Iterator<Item = Fact> {
    message.clone().map(Fact::LastMessage).into_iter().chain([Fact::Sent(message)])
}

fn opened(conversation: &str) -> Fact {
    Fact::Conversation { id: conversation.to_owned(), state: Some(ConversationState::Open) }
}

fn replaced(conversation: &str) -> Vec<Fact> {
    vec![Fact::NoConversation, Fact::memo(memo::CONVERSATION, format!("{}{conversation}", memo::REPLACED))]
}

/// The message is nowhere. A doubt about a later attempt starts from the beginning.
fn settled() -> Vec<Fact> {
    vec![Fact::DoubtSettled, Fact::memo(memo::LOOKED, "")]
}

fn soon(reason: &str) -> Learned {
    Err(Failure::Retry { wait: Some(SOON), reason: reason.to_owned(), doubtful: false })
}
