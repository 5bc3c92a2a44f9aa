//! Plans as requests. <https://deskie.io/api/cases>

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderValue, Method, Request, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::{
    API_KEY, CHANNEL, EMAIL, NOTE_STAFF_ID,
    plan::{Plan, notes},
    profile::Field,
    render::{self, Post},
    wire::Record,
};
use crate::{
    adapter::{Account, Body, Call, Delivery, Known, RenderError, Repeat, Step, Task, json_call},
    model::message::Contact,
};

/// What stays as it is in a path segment or a query value.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The longest subject and the longest name that are sent.
const SUBJECT: usize = 200;

pub(super) fn step(account: &Account<'_>, task: &Task<'_>, known: &Known, plan: Plan) -> Result<Step, RenderError> {
    let api = Api::of(account)?;
    let call = match (plan, task) {
        (Plan::Done, _) => return Ok(Step::Done),
        (Plan::CheckChannel, _) => api.read("list_channels", "custom_channels.json"),
        (Plan::FindUser { bare }, Task::Deliver(Delivery { contact, .. }) | Task::Note { contact, .. }) => {
            // The marks make the search exact.
            let reference = escaped(&format!("^{}^", account.reference(&contact.id)));
            let channel = escaped(if bare { super::bare(api.channel) } else { api.channel });
            api.read("find_user", &format!("users.json?user_custom_id={reference}&user_custom_channel={channel}"))
        }
        (Plan::ReadUser { user }, _) => api.read("read_user", &format!("users/{}.json", escaped(&user))),
        (Plan::ListCases { user }, _) => {
            let user = escaped(&user);
            api.read("list_cases", &format!("cases.json?user_id={user}&show_active_chats=true&sort=created_at_desc"))
        }
        (Plan::Look { case, .. } | Plan::LookForNote { case }, _) => {
            api.read("list_messages", &format!("cases/{}/messages.json?order=desc&limit=100", escaped(&case)))
        }
        (Plan::Create { post }, Task::Deliver(delivery)) => {
            let post = post_of(delivery, known, post)?;
            let case = new_case(account, api.channel, delivery.contact, known);
            api.post("create_case", "cases.json", case, "case", &post)
        }
        (Plan::Post { case, user, post }, Task::Deliver(delivery)) => {
            let post = post_of(delivery, known, post)?;
            let message = Record::new("message").with_id("user_id", &user);
            api.post("add_message", &messages(&case), message, "message", &post)
        }
        (Plan::PostNote { case }, Task::Note { text, .. }) => {
            let note = Record::new("message").with("note", Some(1)).with("content", Some(*text));
            let staff = account.setting(NOTE_STAFF_ID).filter(|_| known.memo(notes::STAFF).is_none());
            let note = match staff {
                Some(staff) => note.with_id("staff_id", staff),
                None => note,
            };
            api.write("add_note", Method::POST, &messages(&case), &note.json(), Repeat::Doubles)
        }
        (Plan::UpdateUser { user, field }, Task::Deliver(delivery)) => {
            let value = field.of(delivery.contact);
            let (name, path, body) = match field {
                Field::Email => ("link_user", "/link.json", json!({"user_email": value})),
                Field::Phone => ("link_user", "/link.json", json!({"user_phone": value})),
                Field::Name => ("update_user", ".json", json!({"user": {"user_full_name": value}})),
                Field::Company => ("update_user", ".json", json!({"user": {"company_name": value}})),
            };
            api.write(name, Method::PUT, &format!("users/{}{path}", escaped(&user)), &body, Repeat::Harmless)
        }
        (
            Plan::FindUser { .. }
            | Plan::Create { .. }
            | Plan::Post { .. }
            | Plan::PostNote { .. }
            | Plan::UpdateUser { .. },
            _,
        ) => Err(RenderError::new("this task does not take this call")),
    };
    call.map(Step::Call)
}

/// A new case for a contact, without what it says. Address and number link the profile at once.
fn new_case(account: &Account<'_>, channel: &str, contact: &Contact, known: &Known) -> Record {
    let name = Field::Name.of(contact).map(|name| name.chars().take(SUBJECT).collect::<String>());
    let subject =
        name.as_ref().map_or_else(|| format!("Chat on {}", account.channel_kind), |name| format!("Chat with {name}"));
    let is_plain = known.memo(notes::PLAIN).is_some();
    Record::new("case")
        .with("user_custom_id", Some(account.reference(&contact.id)))
        .with("channel", Some(channel))
        .with("subject", Some(subject))
        .with("user_full_name", name)
        .with("company_name", Field::Company.of(contact))
        .with("user_email", Field::Email.of(contact).filter(|_| !is_plain))
        .with("user_phone", Field::Phone.of(contact).filter(|_| !is_plain))
}

pub(super) fn post_of(delivery: &Delivery<'_>, known: &Known, index: usize) -> Result<Post, RenderError> {
    let post = render::posts(delivery, known).into_iter().nth(index);
    post.ok_or_else(|| RenderError::new("there is nothing to send"))
}

fn messages(case: &str) -> String {
    format!("cases/{}/messages.json", escaped(case))
}

fn escaped(value: &str) -> String {
    utf8_percent_encode(value, PLAIN).to_string()
}

/// The account's API: its base, its credentials and the channel.
struct Api<'a> {
    base: &'a str,
    channel: &'a str,
    basic: String,
}

impl<'a> Api<'a> {
    fn of(account: &Account<'a>) -> Result<Self, RenderError> {
        let missing = |setting: &str| RenderError::new(format!("the installation has no `{setting}`"));
        let email = account.setting(EMAIL).ok_or_else(|| missing(EMAIL))?;
        let key = account.secret(API_KEY).ok_or_else(|| missing(API_KEY))?;
        let channel = account.setting(CHANNEL).ok_or_else(|| missing(CHANNEL))?;
        let basic = format!("Basic {}", STANDARD.encode(format!("{email}:{}", key.reveal())));
        Ok(Self { base: account.api_url(""), channel, basic })
    }

    fn read(&self, name: &'static str, path: &str) -> Result<Call, RenderError> {
        json_call(name, Method::GET, &self.url(path), self.credential(), None::<&()>, Repeat::Harmless)
    }

    fn write(
        &self,
        name: &'static str,
        method: Method,
        path: &str,
        body: &Value,
        repeat: Repeat,
    ) -> Result<Call, RenderError> {
        json_call(name, method, &self.url(path), self.credential(), Some(body), repeat)
    }

    /// Words as JSON, files as a form: Deskie takes their bytes in forms only.
    fn post(
        &self,
        name: &'static str,
        path: &str,
        record: Record,
        wrapper: &str,
        post: &Post,
    ) -> Result<Call, RenderError> {
        let record = record.with("content", Some(post.text.as_str())).with("content_html", post.html());
        if post.files.is_empty() {
            return self.write(name, Method::POST, path, &record.json(), Repeat::Doubles);
        }
        let mut credential = HeaderValue::from_str(&self.basic)
            .map_err(|_| RenderError::new("the credential has characters that cannot stand in a header"))?;
        credential.set_sensitive(true);
        let field = |number: usize| format!("{wrapper}[attachments][{number}]");
        let files = post.files.iter().enumerate().map(|(number, part)| (field(number), *part)).collect();
        let request = Request::post(self.url(path))
            .header(header::AUTHORIZATION, credential)
            .body(Body::Upload { fields: record.form(), files })?;
        Ok(Call { name, request, repeat: Repeat::Doubles })
    }

    fn credential(&self) -> (&'static str, &str) {
        ("authorization", &self.basic)
    }

    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.base)
    }
}
