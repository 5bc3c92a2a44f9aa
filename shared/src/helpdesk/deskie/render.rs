//! A neutral message as posts: text with files. One post is one call, however many parts a message has.

use super::{FEATURES, MAX_FILE, MAX_FILES, html};
use crate::{
    adapter::{Delivery, Known},
    model::{
        fit,
        message::{Media, MediaSource, Part},
        text,
    },
};

/// One post of a delivery.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Post {
    /// Its text, never blank.
    pub text: String,
    /// The parts of the delivery that are its files.
    pub files: Vec<usize>,
}

impl Post {
    /// The text as HTML where it has several lines: line breaks of plain text need not survive.
    pub(super) fn html(&self) -> Option<String> {
        self.text.contains('\n').then(|| html::from_text(&self.text))
    }
}

/// The note that says that Deskie did not take the files of a post.
pub(super) fn refused_note(post: usize) -> String {
    format!("files.{post}")
}

/// The posts of a delivery, always the same ones: what was found out about one changes none before it.
pub(super) fn posts(delivery: &Delivery<'_>, known: &Known) -> Vec<Post> {
    let mut lines = Vec::new();
    let mut files = Vec::new();
    for (index, part) in delivery.parts.iter().enumerate() {
        match part {
            Part::Media(media) if media.source == MediaSource::Fetched => {
                lines.extend(media.caption.clone());
                files.push((index, media));
            }
            other => lines.push(fit::plain(other)),
        }
    }
    let whole = lines.into_iter().filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n");
    let texts = text::split(&whole, FEATURES.text).into_iter().map(str::to_owned);
    let mut posts: Vec<Post> = texts.map(|text| Post { text, files: Vec::new() }).collect();
    for (number, group) in groups(&files).into_iter().enumerate() {
        // The first files stand with the end of the text.
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
        finish(post, known.memo(&refused_note(index)).is_some(), delivery);
    }
    posts
}

/// Files that go together into one post.
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

/// Turns refused files into notices, and gives a post without words the names of its files: whether Deskie takes
/// one without content is not known.
fn finish(post: &mut Post, is_refused: bool, delivery: &Delivery<'_>) {
    let names = |post: &Post| {
        let media = post.files.iter().filter_map(|index| match delivery.parts.get(*index) {
            Some(Part::Media(media)) => Some(media.name.as_deref().unwrap_or(media.kind.word())),
            _ => None,
        });
        media.map(str::to_owned).collect::<Vec<_>>()
    };
    if is_refused {
        let notices = names(post).into_iter().map(|name| format!("[{name}: Deskie did not take this file]"));
        let text = Some(std::mem::take(&mut post.text)).filter(|text| !text.is_empty());
        post.text = text.into_iter().chain(notices).collect::<Vec<_>>().join("\n");
        post.files.clear();
    }
    if post.text.is_empty() {
        post.text = names(post).join("\n");
    }
    if post.text.trim().is_empty() {
        post.text = "[empty message]".to_owned();
    }
}
