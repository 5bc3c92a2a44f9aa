//! Renders a neutral message as posts: text with files. One post is one call, however many parts a message has.

use std::borrow::Cow;

use super::{
    CHANNEL, FEATURES, MAX_FILE, MAX_FILES, NOTE_STAFF_ID, extras, html, is_async, memo, profile::Field, wire::Record,
};
use crate::{
    adapter::{Account, Delivery, Known, RenderError},
    model::{
        fit,
        message::{Contact, Media, MediaSource, Part},
        text,
    },
    tools::sentences::Sentence,
};

/// One post of a delivery.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Post {
    /// The text, which is never blank.
    pub text: String,
    /// The indexes of the parts of the delivery that are the post's files.
    pub files: Vec<usize>,
}

impl Post {
    /// Puts the post into a record. A text of several lines goes as HTML too, because the line breaks of plain text may
    /// not survive.
    fn fill(&self, account: &Account<'_>, record: Record) -> Record {
        let write = if is_async(account) { html::from_mail } else { html::from_text };
        let html = self.text.contains('\n').then(|| write(&self.text));
        record.with("content", Some(self.text.as_str())).with("content_html", html)
    }
}

/// The maximum length of a subject and of a name.
const SUBJECT: usize = 200;

/// Returns a new case for a contact, with its first post. The e-mail address and the telephone number link the profile
/// at once.
pub(super) fn case(
    account: &Account<'_>,
    contact: &Contact,
    known: &Known,
    post: &Post,
) -> Result<Record, RenderError> {
    let name = Field::Name.of(contact).map(|name| name.chars().take(SUBJECT).collect::<String>());
    let subject =
        name.as_ref().map_or(Sentence::ChatOn { channel: account.channel_kind }, |name| Sentence::ChatWith { name });
    let subject = account.options.language.say(subject).to_string();
    // Where people write as by mail, a case is about what its first line says.
    let first = post.text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('>'));
    let first = first.filter(|_| is_async(account)).map(|line| line.chars().take(SUBJECT).collect::<String>());
    let subject = first.unwrap_or(subject);
    let is_plain = known.memo(memo::PLAIN).is_some();
    let case = Record::new("case")
        .with("user_custom_id", Some(account.reference(&contact.id)))
        .with("channel", Some(account.require(CHANNEL)?))
        .with("subject", Some(subject))
        .with("user_full_name", name)
        .with("company_name", Field::Company.of(contact))
        .with("user_email", Field::Email.of(contact).filter(|_| !is_plain))
        .with("user_phone", Field::Phone.of(contact).filter(|_| !is_plain));
    let takes_extras = known.memo(memo::EXTRAS).is_none();
    let case = if takes_extras { extras::fill(account, contact, case) } else { case };
    Ok(post.fill(account, case))
}

/// Returns a post of the user's in a case.
pub(super) fn message(account: &Account<'_>, user: &str, post: &Post) -> Record {
    post.fill(account, Record::new("message").with_id("user_id", user))
}

/// Returns a message for agents only.
pub(super) fn note(account: &Account<'_>, known: &Known, text: &str) -> Record {
    let note = Record::new("message").with("note", Some(1)).with("content", Some(text));
    match account.setting(NOTE_STAFF_ID).filter(|_| known.memo(memo::STAFF).is_none()) {
        Some(staff) => note.with_id("staff_id", staff),
        None => note,
    }
}

/// Returns the posts of a delivery, always the same ones: a memo about one post changes none before it.
pub(super) fn posts(delivery: &Delivery<'_>, known: &Known) -> Vec<Post> {
    let mut lines = Vec::new();
    let mut files = Vec::new();
    for (index, part) in delivery.parts.iter().enumerate() {
        match part {
            Part::Media(media) if media.source == MediaSource::Fetched => {
                lines.extend(media.caption.clone());
                files.push((index, media));
            }
            other => lines.push(fit::as_text(other, delivery.language)),
        }
    }
    let whole = lines.into_iter().filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n");
    let texts = text::split(&whole, FEATURES.text).into_iter().map(str::to_owned);
    let mut posts: Vec<Post> = texts.map(|text| Post { text, files: Vec::new() }).collect();
    for (number, group) in groups(&files).into_iter().enumerate() {
        // The first group of files goes with the last piece of the text.
        if number > 0 || posts.is_empty() {
            posts.push(Post::default());
        }
        if let Some(post) = posts.last_mut() {
            post.files = group;
        }
    }
    if posts.is_empty() && !delivery.parts.is_empty() {
        posts.push(Post::default());
    }
    for (index, post) in posts.iter_mut().enumerate() {
        finish(post, known.memo(&memo::refused_files(index)).is_some(), delivery);
    }
    posts
}

/// Returns the files in groups, each of which fits into one post.
fn groups(files: &[(usize, &Media)]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut left = 0;
    for (index, media) in files {
        let size = media.size.unwrap_or(MAX_FILE);
        match groups.last_mut().filter(|_| size <= left) {
            Some(group) => {
                group.push(*index);
                left -= size;
            }
            None => {
                groups.push(vec![*index]);
                left = MAX_FILES.saturating_sub(size);
            }
        }
    }
    groups
}

/// Turns refused files into notices, and gives a post without text the names of its files, because it is not known
/// whether Deskie accepts a post without content.
fn finish(post: &mut Post, is_refused: bool, delivery: &Delivery<'_>) {
    let names = |post: &Post| {
        let media = post.files.iter().filter_map(|index| match delivery.parts.get(*index) {
            Some(Part::Media(media)) => Some(fit::name(media, delivery.language)),
            _ => None,
        });
        media.map(Cow::into_owned).collect::<Vec<_>>()
    };
    if is_refused {
        let notices = names(post).into_iter().map(|name| {
            let notice = Sentence::FileNotTaken { name: &name, by: FEATURES.title };
            delivery.language.say(notice).to_string()
        });
        let text = Some(std::mem::take(&mut post.text)).filter(|text| !text.is_empty());
        post.text = text.into_iter().chain(notices).collect::<Vec<_>>().join("\n");
        post.files.clear();
    }
    if post.text.is_empty() {
        post.text = names(post).join("\n");
    }
    if post.text.trim().is_empty() {
        post.text = delivery.language.say(Sentence::EmptyNotice).into();
    }
}
