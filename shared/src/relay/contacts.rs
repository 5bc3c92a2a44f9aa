//! Who a message is from or for: the pairing of a contact with a user of the helpdesk, its changes, and the names that
//! either side tells on request.

use std::{sync::PoisonError, time::Duration};

use super::{Message, Record, Relay, Silence, Verdict, done_or, ending::Ending, receipts};
use crate::{
    adapter::{Link, Progress},
    engine::ask::{self, Found},
    helpdesk::Named,
    installations::OpenInstallation,
    model::{
        features::ContactIds,
        installation::Side,
        message::{Author, ChannelEvent, Contact, Event, HelpdeskEvent},
    },
    outside::clock::now,
    store::{Bucket, Direction, HelpdeskId, LinkChange, StoreError},
    tools::{millis::Millis, names, phone, sentences::Sentence},
};

/// The number of times that a contact's link may have moved to another id, as far as the relay follows.
const MAX_MOVES: usize = 20;
/// How long an agent's name stays in the cache, and how many names the cache holds.
const AUTHOR_CACHE: Duration = Duration::from_secs(30 * 60);

const AUTHOR_CACHE_LIMIT: usize = 10_000;

/// What came of asking the helpdesk whom a user stands for.
enum Asked {
    /// The user stands for the contact with this id of the channel.
    Contact(String),
    /// There is no contact to send to, and this is what becomes of the message.
    Settled(Ending),
    /// The helpdesk gave no answer, for this reason.
    Unanswered(String),
}

impl Relay {
    /// Returns the contact that a helpdesk's event is about: from the event itself, or else from the stored reverse
    /// link.
    pub(super) async fn known_contact(
        &self,
        open: &OpenInstallation,
        event: &HelpdeskEvent,
    ) -> Result<Option<String>, StoreError> {
        if event.contact.is_some() {
            return Ok(event.contact.clone());
        }
        for id in HelpdeskId::of(event.user.as_deref(), event.conversation.as_deref()) {
            if let Some(contact) = self.store.contact_of(&open.installation.id, id).await? {
                return Ok(Some(contact));
            }
        }
        Ok(None)
    }

    /// Returns the contact that a message of a helpdesk is for and of whom nothing is stored, by asking the helpdesk.
    pub(super) async fn asked_contact(
        &self,
        open: &OpenInstallation,
        record: &Record,
        event: &HelpdeskEvent,
    ) -> Result<Result<String, Ending>, StoreError> {
        let Some(user) = event.user.as_deref() else {
            return Ok(Err(self.unknown_contact(open, record, event).await));
        };
        let named = open.helpdesk.contact_by_id(&open.account(Side::Helpdesk), user);
        if let Some(contact) = named.and_then(|named| open.contact_id(named)) {
            return Ok(Ok(contact));
        }
        let asked = match ask::find_contact(&self.http, open, user).await {
            Ok(Found::Contact(contact)) => Asked::Contact(contact),
            Ok(Found::MadeByHand { phone }) => self.pair_by_phone(open, event, user, phone.as_deref()).await?,
            Ok(Found::Unknown) => Asked::Settled(self.unknown_contact(open, record, event).await),
            Ok(Found::Stranger) => Asked::Settled(Ending::Silent(Silence::OtherChannel)),
            Err(reason) => Asked::Unanswered(reason),
        };
        let reason = match asked {
            Asked::Contact(contact) => return Ok(Ok(contact)),
            Asked::Settled(ending) => return Ok(Err(ending)),
            Asked::Unanswered(reason) => reason,
        };
        tracing::warn!(installation.id = %open.installation.id, reason, "a contact could not be looked up");
        if record.life(open, self.waits).is_over() {
            let event = Event::Helpdesk(event.clone());
            return Ok(Err(Ending::told(self.set_aside_told(open, record, &event, Sentence::LookUpFailed).await)));
        }
        let tries = record.receive_count.saturating_sub(1);
        Ok(Err(Ending::after(self.waits.after(tries, &record.message.deduplication))))
    }

    /// Returns the contact with the telephone number of a user whom agents entered, and pairs both. If the channel
    /// cannot reach the user, the agents are told.
    async fn pair_by_phone(
        &self,
        open: &OpenInstallation,
        event: &HelpdeskEvent,
        user: &str,
        phone: Option<&str>,
    ) -> Result<Asked, StoreError> {
        let number = phone.and_then(phone::e164);
        let Some(contact) = number.and_then(|number| open.contact_id(Named::Phone(number))) else {
            let begins = open.channel.features().contact_ids != ContactIds::Opaque;
            let reason = match phone {
                _ if !begins => Sentence::OnlyCustomersBegin,
                None => Sentence::PhoneNeeded,
                Some(_) => Sentence::PhoneUnclear,
            };
            return Ok(Asked::Settled(Ending::told(self.note_unreachable(open, event, reason).await)));
        };
        let (contact, before) = self.current(&open.installation.id, &contact).await?;
        if before.user.is_none() && before.conversation.is_none() {
            if let Err(reason) = ask::pair(&self.http, open, user, &contact).await {
                return Ok(Asked::Unanswered(reason));
            }
            let mut after = before.clone();
            after.user = Some(user.to_owned());
            after.conversation.clone_from(&event.conversation);
            // What agents entered about the user is theirs.
            after.profile_pinned = true;
            self.store.change_link(&open.installation.id, &contact, &LinkChange::between(&before, &after)).await?;
        }
        Ok(Asked::Contact(contact))
    }

    /// Handles a message for a contact that nobody knows. The link may be about to be written, so the message waits;
    /// after the last wait, its author is told why it cannot arrive.
    async fn unknown_contact(&self, open: &OpenInstallation, record: &Record, event: &HelpdeskEvent) -> Ending {
        match receipts::receipt_wait(record) {
            Some(later) => Ending::Later(later),
            None => Ending::told(self.note_unreachable(open, event, Sentence::UnknownContact).await),
        }
    }

    /// Applies a change to the link of a contact.
    pub(super) async fn change_link(
        &self,
        open: &OpenInstallation,
        contact: &str,
        change: impl FnOnce(&mut Link),
    ) -> Result<Verdict, StoreError> {
        let installation = &open.installation.id;
        let (contact, before) = self.current(installation, contact).await?;
        let mut after = before.clone();
        change(&mut after);
        self.store.change_link(installation, &contact, &LinkChange::between(&before, &after)).await?;
        Ok(Verdict::Done)
    }

    /// Returns the id under which the channel reports a contact now, and its link.
    pub(super) async fn current(&self, installation: &str, contact: &str) -> Result<(String, Link), StoreError> {
        let mut id = contact.to_owned();
        let mut link = self.store.link(installation, &id).await?;
        for _ in 0..MAX_MOVES {
            let Some(next) = link.moved_to.take() else { break };
            link = self.store.link(installation, &next).await?;
            id = next;
        }
        Ok((id, link))
    }

    /// Returns the link of a message's contact. An id that the channel reports again after another id had taken over
    /// takes the link back. If the contact is new, the link of their alias is taken over, only once, because a number may
    /// belong to somebody else later.
    pub(super) async fn take_over_alias(&self, message: &Message<'_>, link: Link) -> Result<Link, StoreError> {
        if message.direction != Direction::Inbound {
            return Ok(link);
        }
        let (installation, contact) = (&message.open.installation.id, message.contact);
        if link.moved_to.is_some() && !message.echo && link.moved_at.is_none_or(|moved| moved < message.at) {
            let (other, theirs) = self.current(installation, &contact.id).await?;
            return self.take_over(installation, &contact.id, link, (&other, theirs), message.at).await;
        }
        let is_new = link.user.is_none() && link.conversation.is_none();
        let Some(alias) = contact.alias.as_deref().filter(|_| is_new) else { return Ok(link) };
        let theirs = self.store.link(installation, alias).await?;
        if theirs.moved_to.is_some() || theirs.user.is_none() && theirs.conversation.is_none() {
            return Ok(link);
        }
        self.take_over(installation, &contact.id, link, (alias, theirs), message.at).await
    }

    /// Moves the link of another id of the same contact, together with its reverse links, to `contact`.
    pub(super) async fn take_over(
        &self,
        installation: &str,
        contact: &str,
        link: Link,
        (other, theirs): (&str, Link),
        at: Millis,
    ) -> Result<Link, StoreError> {
        if other == contact {
            return Ok(link);
        }
        let moved_from = Some(other.to_owned());
        let ours = Link { moved_to: None, moved_at: None, moved_from, ..theirs.clone() };
        self.store.change_link(installation, contact, &LinkChange::between(&link, &ours)).await?;
        let moved = Link { moved_to: Some(contact.to_owned()), moved_at: Some(at), ..theirs.clone() };
        self.store.change_link(installation, other, &LinkChange::between(&theirs, &moved)).await?;
        Ok(ours)
    }

    /// Keeps the contact under the id that the channel has told, so that what the contact writes under it finds the
    /// conversation. A failure is harmless, because the next answer tells the id again.
    pub(super) async fn correct(&self, message: &Message<'_>, id: &str) {
        let (installation, contact) = (&message.open.installation.id, &message.contact.id);
        let corrected = async {
            let link = self.store.link(installation, id).await?;
            let theirs = self.store.link(installation, contact).await?;
            let is_free = link.user.is_none() && link.conversation.is_none();
            if is_free && theirs.moved_to.is_none() {
                self.take_over(installation, id, link, (contact, theirs), message.at).await?;
            }
            Ok::<_, StoreError>(())
        };
        if let Err(error) = corrected.await {
            tracing::warn!(error = %error, "a corrected id could not be stored");
        }
    }

    /// Lets the new id of a contact take over the link of an earlier one, and tells the agents. Without a link, the
    /// contact is a stranger, and the agents read nothing.
    pub(super) async fn move_pairing(
        &self,
        open: &OpenInstallation,
        contact: &Contact,
        (from, text): (&[String], Option<&str>),
        event: &ChannelEvent,
    ) -> Result<Verdict, StoreError> {
        let installation = &open.installation.id;
        let mut link = self.store.link(installation, &contact.id).await?;
        for other in from {
            let (other, theirs) = self.current(installation, other).await?;
            let is_linked = theirs.user.is_some() || theirs.conversation.is_some();
            // The new id may have a link already: the same, if an attempt broke off, or one of its own, which stays.
            let is_free = link.moved_to.is_some()
                || link.user.is_none() && link.conversation.is_none()
                || link.user == theirs.user && link.conversation == theirs.conversation;
            if is_linked && is_free {
                link = self.take_over(installation, &contact.id, link, (&other, theirs), event.at).await?;
                break;
            }
        }
        let Some(text) = text.filter(|_| link.user.is_some() || link.conversation.is_some()) else {
            return Ok(Verdict::Done);
        };
        let text = open.language().say(Sentence::ContactMoved { text }).into();
        Ok(done_or(self.send_note(open, &contact.id, &event.id, None, text).await))
    }

    /// Adds the channel's profile to the contact if the event lacks the name and the contact has no helpdesk user yet.
    /// Only channels that tell the profile on request are asked, within their rate limit.
    pub(super) async fn with_profile(&self, message: &Message<'_>, link: &Link) -> Result<Contact, StoreError> {
        let contact = message.contact.clone();
        let features = message.open.channel.features();
        let (Some(rate), Direction::Inbound, None, None) =
            (features.profile, message.direction, &contact.name, &link.user)
        else {
            return Ok(contact);
        };
        let bucket =
            Bucket { installation: &message.open.installation.id, contact: Some(&contact.id), name: "profile", rate };
        if self.store.take_quota(&bucket, 1, now()).await?.is_some() {
            return Ok(contact);
        }
        // The message arrives without the profile as well.
        let mut profile = ask::profile(&self.http, message.open, &contact.id).await.unwrap_or_default();
        profile.clean();
        Ok(Contact {
            name: profile.name,
            avatar: contact.avatar.or(profile.avatar),
            phone: contact.phone.or(profile.phone),
            email: contact.email.or(profile.email),
            company: contact.company.or(profile.company),
            language: contact.language.or(profile.language),
            country: contact.country.or(profile.country),
            id: contact.id,
            alias: contact.alias,
            thread: contact.thread,
            reply_token: contact.reply_token,
            verified: contact.verified,
        })
    }

    /// Adds the name to the author if customers should see it and the event lacks it. The message arrives without the
    /// name as well. The result is stored in `progress`, because a later attempt has to split the message at the same
    /// places.
    pub(super) async fn with_name(&self, open: &OpenInstallation, author: &Author, progress: &mut Progress) -> Author {
        let installation = &open.installation;
        let Some(id) = author.id.as_ref().filter(|_| installation.options.agent_name && author.name.is_none()) else {
            return author.clone();
        };
        if let Some(noted) = &progress.author {
            return Author { name: Some(noted.clone()).filter(|name| !name.is_empty()), ..author.clone() };
        }
        let name = self.name_by_id(open, id).await;
        progress.author = Some(name.clone().unwrap_or_default());
        Author { name, ..author.clone() }
    }

    /// Returns an agent's name, from what is known or by asking the helpdesk.
    pub(super) async fn name_of(&self, open: &OpenInstallation, agent: &Author) -> Option<String> {
        match (&agent.name, &agent.id) {
            (Some(name), _) => Some(name.clone()),
            (None, Some(id)) => self.name_by_id(open, id).await,
            (None, None) => None,
        }
    }

    async fn name_by_id(&self, open: &OpenInstallation, id: &str) -> Option<String> {
        let key = (open.installation.id.clone(), id.to_owned());
        let now = now();
        let known = self.authors.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some((name, _)) = known.filter(|(_, asked_at)| now.since(*asked_at) < AUTHOR_CACHE) {
            return name;
        }
        let name = ask::author(&self.http, open, id).await.as_deref().and_then(names::name);
        let mut authors = self.authors.lock().unwrap_or_else(PoisonError::into_inner);
        if authors.len() >= AUTHOR_CACHE_LIMIT {
            authors.clear();
        }
        authors.insert(key, (name.clone(), now));
        name
    }
}
