//! Turns plans into requests (<https://developers.freshchat.com/api/>).

use http::{Method, Request};
use url::Url;

use super::{API_URL, TOKEN, memo, plan::Plan, profile, render};
use crate::{
    adapter::{Account, Call, CallBuilder, Known, RenderError, Step, open_link},
    helpdesk::escaped,
};

pub(super) fn step(account: &Account<'_>, known: &Known, plan: Plan<'_>) -> Result<Step, RenderError> {
    let api = Api::of(account)?;
    let call = match plan {
        Plan::Done => return Ok(Step::Done),
        Plan::Download { url } => return api.follow(url).map(Step::Download),
        Plan::CheckAccount => api.get("check_account", "/accounts/configuration"),
        Plan::CheckTopic => api.list("list_topics", "/channels", memo::page(known)),
        Plan::FindUser { contact, .. } => {
            let reference = escaped(&account.reference(&contact.id));
            api.get("find_user", &format!("/users?reference_id={reference}"))
        }
        Plan::FindByPhone { phone } => api.get("find_user", &format!("/users?phone_no={}", escaped(phone))),
        Plan::CreateUser { contact, plain } => {
            api.post("create_user", "/users").json(&profile::new_user(account, contact, plain))
        }
        Plan::UpdateUser { user, contact } => {
            let path = format!("/users/{}", escaped(user));
            api.to("update_user", Method::PUT, &path).json(&profile::change(account, contact)).harmless()
        }
        Plan::ListConversations { user } | Plan::ListInDoubt { user } => {
            api.get("list_conversations", &format!("/users/{}/conversations", escaped(user)))
        }
        Plan::ReadConversation { conversation, .. } => {
            api.get("read_conversation", &format!("/conversations/{}", escaped(&conversation)))
        }
        Plan::LookForPost { conversation, .. } => api.list("list_messages", &messages(conversation), memo::page(known)),
        Plan::FindFile { conversation, .. } => api.list("list_messages", &messages(&conversation), memo::page(known)),
        // A message that opened the conversation a moment ago, or a note of a moment ago, is among the newest.
        Plan::LookInCandidate { conversation, .. } => api.list("list_messages", &messages(&conversation), 1),
        Plan::LookForNote { conversation, .. } => api.list("list_messages", &messages(conversation), 1),
        Plan::ReadHistory { conversation, since } => {
            let from = escaped(&since.rfc3339());
            let query = format!("page={}&items_per_page=50&from_time={from}", memo::page(known));
            api.get("list_messages", &format!("{}?{query}", messages(conversation)))
        }
        Plan::ReadAgent { agent } => api.get("read_agent", &format!("/agents/{}", escaped(agent))),
        Plan::ReadUser { user } => api.get("read_user", &format!("/users/{}", escaped(user))),
        Plan::NameUser { user, contact } => api.name_user(user, &account.reference(contact)),
        Plan::AdoptUser { user, contact } => api.name_user(user, &account.reference(&contact.id)),
        Plan::UploadImage { index } => api.upload("upload_image", "/images/upload", "image", index),
        Plan::UploadFile { index, .. } => api.upload("upload_file", "/files/upload", "file", index),
        Plan::Create { delivery, user } => api
            .post("create_conversation", "/conversations")
            .json(&render::conversation(account, delivery, known, user)?),
        Plan::Post { delivery, conversation, user } => {
            api.post("send_message", &messages(conversation)).json(&render::message(delivery, known, user))
        }
        Plan::PostNote { conversation, text } => {
            api.post("send_note", &messages(conversation)).json(&render::note(text))
        }
    };
    call.step()
}

/// Returns the request for a link in one of Freshchat's messages.
pub(super) fn follow(account: &Account<'_>, url: &str) -> Result<Request<()>, RenderError> {
    Api::of(account)?.follow(url)
}

fn messages(conversation: &str) -> String {
    format!("/conversations/{}/messages", escaped(conversation))
}

/// The account's API: its base URL and its credential.
struct Api<'a> {
    base: &'a str,
    token: &'a str,
}

impl<'a> Api<'a> {
    fn of(account: &Account<'a>) -> Result<Self, RenderError> {
        let base = account.require(API_URL)?.trim_end_matches('/');
        Ok(Self { base, token: account.require_secret(TOKEN)? })
    }

    fn to(&self, name: &'static str, method: Method, path: &str) -> CallBuilder {
        Call::to(name, method, format!("{}{path}", self.base)).bearer(self.token)
    }

    fn get(&self, name: &'static str, path: &str) -> CallBuilder {
        self.to(name, Method::GET, path)
    }

    fn post(&self, name: &'static str, path: &str) -> CallBuilder {
        self.to(name, Method::POST, path)
    }

    fn name_user(&self, user: &str, reference: &str) -> CallBuilder {
        let path = format!("/users/{}", escaped(user));
        self.to("update_user", Method::PUT, &path).json(&profile::named(reference)).harmless()
    }

    fn list(&self, name: &'static str, path: &str, page: usize) -> CallBuilder {
        self.get(name, &format!("{path}?page={page}&items_per_page=50"))
    }

    /// Starts an upload. Nobody sees an upload that no message shows, so a repeat is harmless.
    fn upload(&self, name: &'static str, path: &str, field: &str, index: usize) -> CallBuilder {
        self.post(name, path).upload(Vec::new(), vec![(field.to_owned(), index)]).harmless()
    }

    /// Returns the request for a link. The token goes to the API's own host only: links to files mostly lead to a
    /// storage service.
    fn follow(&self, url: &str) -> Result<Request<()>, RenderError> {
        let request = open_link(url)?;
        if !is_same_host(url, self.base) {
            return Ok(request);
        }
        Call::get("follow", request.uri().to_string()).bearer(self.token).request()
    }
}

fn is_same_host(url: &str, base: &str) -> bool {
    let place = |url: &str| {
        let url = Url::parse(url).ok()?;
        Some((url.scheme().to_owned(), url.host_str()?.to_owned(), url.port_or_known_default()?))
    };
    place(url).is_some_and(|it| Some(it) == place(base))
}
