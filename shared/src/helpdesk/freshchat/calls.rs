//! Plans as requests. <https://developers.freshchat.com/api/>

use http::{HeaderValue, Method, Request, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use url::Url;

use super::{
    CHANNEL_ID, TOKEN,
    plan::{self, Plan},
    profile, render,
    wire::{Id, NewConversation, NewMessage, NewPart},
};
use crate::{
    adapter::{Account, Body, Call, Known, RenderError, Repeat, Step, Task, json_call, open_link},
    model::message::Contact,
};

/// What stays as it is in a path segment or a query value.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(super) fn follow(account: &Account<'_>, url: &str) -> Result<Request<()>, RenderError> {
    Api::of(account)?.follow(url)
}

pub(super) fn step(account: &Account<'_>, task: &Task<'_>, known: &Known, plan: Plan) -> Result<Step, RenderError> {
    let api = Api::of(account)?;
    let call = match (plan, task) {
        (Plan::Done, _) => return Ok(Step::Done),
        (Plan::Download { url }, _) => return api.follow(&url).map(Step::Download),
        (Plan::CheckAccount, _) => api.read("check_account", "/accounts/configuration"),
        (Plan::CheckTopic, _) => api.list("list_topics", "/channels", plan::page(known)),
        (Plan::FindUser, Task::Deliver(delivery)) => api.find_user(account, delivery.contact),
        (Plan::FindUser, Task::Note { contact, .. }) => api.find_user(account, contact),
        (Plan::CreateUser { plain }, Task::Deliver(delivery)) => {
            let user = profile::new_user(account, delivery.contact, plain);
            api.write("create_user", Method::POST, "/users", &user, Repeat::Doubles)
        }
        (Plan::UpdateUser { user }, Task::Deliver(delivery)) => {
            let change = profile::change(account, delivery.contact);
            api.write("update_user", Method::PUT, &format!("/users/{}", escaped(&user)), &change, Repeat::Harmless)
        }
        (Plan::ListConversations { user } | Plan::ListInDoubt { user }, _) => {
            api.read("list_conversations", &format!("/users/{}/conversations", escaped(&user)))
        }
        (Plan::ReadConversation { id }, _) => {
            api.read("read_conversation", &format!("/conversations/{}", escaped(&id)))
        }
        (Plan::LookInConversation { id } | Plan::FindFile { conversation: id }, _) => {
            api.list("list_messages", &messages(&id), plan::page(known))
        }
        // What opened the conversation a moment ago, or is a note of a moment ago, is among the newest.
        (Plan::LookInCandidate { id } | Plan::LookForNote { conversation: id }, _) => {
            api.list("list_messages", &messages(&id), 1)
        }
        (Plan::ReadAgent { agent }, _) => api.read("read_agent", &format!("/agents/{}", escaped(&agent))),
        (Plan::ReadUser { user }, _) => api.read("read_user", &format!("/users/{}", escaped(&user))),
        (Plan::UploadImage { index }, _) => api.upload("upload_image", "/images/upload", "image", index),
        (Plan::UploadFile { index }, _) => api.upload("upload_file", "/files/upload", "file", index),
        (Plan::Post { conversation, user }, Task::Deliver(delivery)) => {
            let parts = render::message_parts(delivery, known);
            let message = NewMessage { user_id: Some(&user), ..by_user(&user, parts) };
            api.post_message("send_message", &conversation, &message)
        }
        (Plan::Create { user }, Task::Deliver(delivery)) => {
            let channel_id = topic(account)?;
            let parts = render::message_parts(delivery, known);
            let conversation = NewConversation {
                status: "new",
                channel_id,
                users: [Id { id: &user }],
                messages: [NewMessage { channel_id: Some(channel_id), ..by_user(&user, parts) }],
            };
            api.write("create_conversation", Method::POST, "/conversations", &conversation, Repeat::Doubles)
        }
        (Plan::PostNote { conversation }, Task::Note { text, .. }) => {
            let note = NewMessage {
                message_type: "private",
                actor_type: "bot",
                actor_id: None,
                user_id: None,
                channel_id: None,
                message_parts: render::note_parts(text),
            };
            api.post_message("send_note", &conversation, &note)
        }
        (
            Plan::FindUser
            | Plan::CreateUser { .. }
            | Plan::UpdateUser { .. }
            | Plan::Post { .. }
            | Plan::Create { .. }
            | Plan::PostNote { .. },
            _,
        ) => Err(RenderError::new("this task does not take this call")),
    };
    call.map(Step::Call)
}

/// The topic that new conversations go to.
pub(super) fn topic<'a>(account: &Account<'a>) -> Result<&'a str, RenderError> {
    account.setting(CHANNEL_ID).ok_or_else(|| RenderError::new("the installation has no `channel_id`"))
}

fn by_user(user: &str, message_parts: Vec<NewPart>) -> NewMessage<'_> {
    NewMessage {
        message_type: "normal",
        actor_type: "user",
        actor_id: Some(user),
        user_id: None,
        channel_id: None,
        message_parts,
    }
}

fn messages(conversation: &str) -> String {
    format!("/conversations/{}/messages", escaped(conversation))
}

fn escaped(value: &str) -> String {
    utf8_percent_encode(value, PLAIN).to_string()
}

/// The account's API: its base and the credential.
struct Api<'a> {
    base: &'a str,
    bearer: String,
}

impl<'a> Api<'a> {
    fn of(account: &Account<'a>) -> Result<Self, RenderError> {
        let token = account.secret(TOKEN).ok_or_else(|| RenderError::new("the installation has no `token`"))?;
        Ok(Self { base: account.api_url(""), bearer: format!("Bearer {}", token.reveal()) })
    }

    fn read(&self, name: &'static str, path: &str) -> Result<Call, RenderError> {
        self.call(name, Method::GET, path, None::<&()>, Repeat::Harmless)
    }

    fn list(&self, name: &'static str, path: &str, page: usize) -> Result<Call, RenderError> {
        self.read(name, &format!("{path}?page={page}&items_per_page=50"))
    }

    fn write(
        &self,
        name: &'static str,
        method: Method,
        path: &str,
        body: &impl Serialize,
        repeat: Repeat,
    ) -> Result<Call, RenderError> {
        self.call(name, method, path, Some(body), repeat)
    }

    fn call(
        &self,
        name: &'static str,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
        repeat: Repeat,
    ) -> Result<Call, RenderError> {
        json_call(name, method, &format!("{}{path}", self.base), ("authorization", &self.bearer), body, repeat)
    }

    fn find_user(&self, account: &Account<'_>, contact: &Contact) -> Result<Call, RenderError> {
        self.read("find_user", &format!("/users?reference_id={}", escaped(&account.reference(&contact.id))))
    }

    fn post_message(
        &self,
        name: &'static str,
        conversation: &str,
        message: &NewMessage<'_>,
    ) -> Result<Call, RenderError> {
        self.write(name, Method::POST, &messages(conversation), message, Repeat::Doubles)
    }

    fn upload(&self, name: &'static str, path: &str, field: &str, index: usize) -> Result<Call, RenderError> {
        let body = Body::Upload { fields: Vec::new(), files: vec![(field.to_owned(), index)] };
        let request = Request::post(format!("{}{path}", self.base)).header(header::AUTHORIZATION, self.credential()?);
        Ok(Call { name, request: request.body(body)?, repeat: Repeat::Harmless })
    }

    /// The token goes to the API's own host and to nobody else: links to files mostly lead to a storage service.
    fn follow(&self, url: &str) -> Result<Request<()>, RenderError> {
        let mut request = open_link(url)?;
        if is_same_host(url, self.base) {
            request.headers_mut().insert(header::AUTHORIZATION, self.credential()?);
        }
        Ok(request)
    }

    fn credential(&self) -> Result<HeaderValue, RenderError> {
        let mut credential = HeaderValue::from_str(&self.bearer)
            .map_err(|_| RenderError::new("the credential has characters that cannot stand in a header"))?;
        credential.set_sensitive(true);
        Ok(credential)
    }
}

fn is_same_host(url: &str, base: &str) -> bool {
    let place = |url: &str| {
        let url = Url::parse(url).ok()?;
        Some((url.scheme().to_owned(), url.host_str()?.to_owned(), url.port_or_known_default()?))
    };
    place(url).is_some_and(|it| Some(it) == place(base))
}
