//! Turns plans into requests (<https://deskie.io/api/cases>).

use http::Method;

use super::{
    API_KEY, API_URL, CHANNEL, EMAIL, memo,
    plan::Plan,
    profile,
    render::{self, Post},
    wire::Record,
};
use crate::{
    adapter::{Account, Call, CallBuilder, Known, RenderError, Step},
    helpdesk::escaped,
};

pub(super) fn step(account: &Account<'_>, known: &Known, plan: Plan<'_>) -> Result<Step, RenderError> {
    let api = Api::of(account)?;
    let call = match plan {
        Plan::Done => return Ok(Step::Done),
        Plan::CheckChannel => api.get("list_channels", "custom_channels.json"),
        Plan::FindUser { contact, bare } => {
            // The carets make the search exact.
            let reference = escaped(&format!("^{}^", account.reference(&contact.id)));
            let channel = account.require(CHANNEL)?;
            let channel = escaped(if bare { self::bare(channel) } else { channel });
            api.get("find_user", &format!("users.json?user_custom_id={reference}&user_custom_channel={channel}"))
        }
        Plan::ReadUser { user } => api.get("read_user", &format!("users/{}.json", escaped(user))),
        Plan::ListCases { user } => {
            let user = escaped(user);
            api.get("list_cases", &format!("cases.json?user_id={user}&show_active_chats=true&sort=created_at_desc"))
        }
        Plan::LookForPost { case, .. } | Plan::LookForNote { case, .. } => {
            api.get("list_messages", &format!("{}?order=desc&limit=100", messages(case)))
        }
        Plan::ReadHistory { case, .. } => {
            api.get("list_messages", &format!("{}?order=desc&limit=100&page={}", messages(case), memo::page(known)))
        }
        Plan::Create { contact, post } => {
            api.post("create_case", "cases.json", render::case(account, contact, known, &post)?, &post)
        }
        Plan::Post { case, user, post, .. } => {
            api.post("add_message", &messages(case), render::message(user, &post), &post)
        }
        Plan::PostNote { case, text } => {
            api.to("add_note", Method::POST, &messages(case)).json(&render::note(account, known, text).json())
        }
        Plan::UpdateUser { user, contact, field } => {
            let (name, path) = if field.is_link() { ("link_user", "/link.json") } else { ("update_user", ".json") };
            let path = format!("users/{}{path}", escaped(user));
            api.to(name, Method::PUT, &path).json(&profile::change(contact, field)).harmless()
        }
    };
    call.step()
}

/// Returns the number in a channel's key: `207` of `cch207`. Users are found under either.
pub(super) fn bare(channel: &str) -> &str {
    channel.strip_prefix("cch").unwrap_or(channel)
}

fn messages(case: &str) -> String {
    format!("cases/{}/messages.json", escaped(case))
}

/// The account's API: its base URL and its credentials.
struct Api<'a> {
    base: &'a str,
    email: &'a str,
    key: &'a str,
}

impl<'a> Api<'a> {
    fn of(account: &Account<'a>) -> Result<Self, RenderError> {
        let base = account.require(API_URL)?.trim_end_matches('/');
        Ok(Self { base, email: account.require(EMAIL)?, key: account.require_secret(API_KEY)? })
    }

    fn to(&self, name: &'static str, method: Method, path: &str) -> CallBuilder {
        Call::to(name, method, format!("{}/{path}", self.base)).basic(self.email, self.key)
    }

    fn get(&self, name: &'static str, path: &str) -> CallBuilder {
        self.to(name, Method::GET, path)
    }

    /// Starts a post: text as JSON, files as a form, because Deskie accepts the bytes of files in forms only.
    fn post(&self, name: &'static str, path: &str, record: Record, post: &Post) -> CallBuilder {
        let call = self.to(name, Method::POST, path);
        if post.files.is_empty() {
            return call.json(&record.json());
        }
        let files = record.attachments(&post.files);
        call.upload(record.form(), files)
    }
}
