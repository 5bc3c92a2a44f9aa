//! The webhook that reports what agents write.

use byoc::model::message::MediaKind;
use serde_json::{Map, Value, json};

use super::{
    DeskieSim, STAFF,
    rules::{File, Sent},
};
use crate::{
    call::{PlatformCall, Repeats},
    people::{Said, Saying},
};

impl DeskieSim {
    /// Reports what was just written into a case through the API.
    pub(super) fn report_api_write(&self, case: u64, staff: u64) {
        if staff == 0 && !self.echoes {
            return;
        }
        let (sim, (object, id)) = (self.clone(), self.object(case, true));
        tokio::spawn(async move { sim.call_webhook(object, id).await });
    }

    /// Changes the status of the contact's latest case as an agent. Deskie reports this only by the account's own rules.
    pub(super) async fn change(&self, contact: &str, kind: &str, status: &str) -> Result<Said, String> {
        let (case, user, url) = {
            let mut store = self.lock();
            let id = store.latest_case(contact).ok_or("this contact has no case")?;
            let case = store.cases.get_mut(&id).ok_or("this contact has no case")?;
            status.clone_into(&mut case.status);
            (id, case.user, store.webhook.clone())
        };
        let Some(url) = url.filter(|_| self.rules) else {
            return Ok(Said { id: case.to_string(), status: 200, body: String::new(), attempts: 0 });
        };
        let fields = [
            ("type", kind.to_owned()),
            ("case_id", case.to_string()),
            ("user_id", user.to_string()),
            ("custom_user_id", contact.to_owned()),
            ("status", status.to_owned()),
            ("staff_id", STAFF.to_string()),
        ];
        let (content_type, body) = if self.sends_json {
            let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value.into()));
            ("application/json", Value::Object(fields.collect()).to_string())
        } else {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(fields);
            ("application/x-www-form-urlencoded", form.finish())
        };
        PlatformCall::post(&case.to_string(), url, content_type, body).repeated(Repeats::STRICT).send(&self.http).await
    }

    /// Answers in the contact's latest case.
    pub(super) async fn agent_writes(&self, contact: &str, saying: Saying) -> Result<Said, String> {
        let case = self.lock().latest_case(contact).ok_or("this contact has no case")?;
        self.agent_writes_in(case, saying).await
    }

    /// Opens a case of a new user, and writes in it.
    pub(super) async fn agent_begins(&self, phone: Option<&str>, saying: Saying) -> Result<Said, String> {
        let case = self.lock().begin(phone.unwrap_or_default());
        self.agent_writes_in(case, saying).await
    }

    async fn agent_writes_in(&self, case: u64, saying: Saying) -> Result<Said, String> {
        let fetched = match &saying {
            Saying::Media { url, .. } => {
                let answer = self.http.get(url).send().await.ok().filter(|answer| answer.status().is_success());
                match answer {
                    Some(answer) => answer.bytes().await.ok().map(|bytes| bytes.to_vec()),
                    None => None,
                }
            }
            Saying::Text(_) | Saying::Raw(_) => None,
        };
        let gone = self.write_answer(case, saying, fetched)?;
        let (mut object, id) = self.object(case, false);
        object.extend(gone);
        self.call_webhook(object, id).await
    }

    /// Stores what an agent writes in a case. Returns what the webhook says about a file that is gone by the time of the
    /// download.
    fn write_answer(
        &self,
        case: u64,
        saying: Saying,
        fetched: Option<Vec<u8>>,
    ) -> Result<Vec<(String, String)>, String> {
        let mut store = self.lock();
        let (mut sent, mut gone) = (Sent { fields: Map::new(), files: Vec::new() }, Vec::new());
        match (saying, fetched) {
            (Saying::Text(text), _) => drop(sent.fields.insert("content".into(), text.into())),
            (Saying::Raw(fields), _) => sent.fields = fields.as_object().cloned().unwrap_or_default(),
            (Saying::Media { kind, name, .. }, Some(bytes)) => {
                let content_type = if kind == MediaKind::Image { "image/png" } else { "text/plain" }.to_owned();
                sent.files.push(File { name, content_type, bytes });
            }
            (Saying::Media { url, name, .. }, None) => {
                sent.fields.insert("content_html".into(), "<p> </p>".into());
                gone = vec![("attachments[0][url]".to_owned(), url), ("attachments[0][file_name]".to_owned(), name)];
            }
        }
        store.write(case, sent, STAFF).map_err(|refusal| refusal.1.to_owned())?;
        Ok(gone)
    }

    /// Makes the webhook's object for the last message of a case.
    fn object(&self, case: u64, from_api: bool) -> (Vec<(String, String)>, u64) {
        let store = self.lock();
        let Some((kept, message)) = store.cases.get(&case).and_then(|case| Some((case, case.messages.last()?))) else {
            return (Vec::new(), 0);
        };
        let custom_id = store.users.get(&kept.user).map(|user| user.custom_id.clone()).unwrap_or_default();
        let flag = |on: bool| u8::from(on).to_string();
        let mut object: Vec<(String, String)> = [
            ("message_id", message.id.to_string()),
            ("case_id", case.to_string()),
            ("staff_id", message.staff.to_string()),
            ("user_id", kept.user.to_string()),
            ("custom_user_id", custom_id),
            ("content", message.text.clone()),
            ("content_html", message.html.clone()),
            ("note", flag(message.note)),
            ("sent_via_rule", flag(false)),
            ("b_from_api", flag(from_api)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        for (at, id) in message.files.iter().enumerate() {
            for (name, value) in store.file_json(*id).as_ref().and_then(Value::as_object).into_iter().flatten() {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                object.push((format!("attachments[{at}][{name}]"), value));
            }
        }
        (object, message.id)
    }

    /// Calls the webhook until it is acknowledged.
    async fn call_webhook(&self, object: Vec<(String, String)>, id: u64) -> Result<Said, String> {
        let url = self.lock().webhook.clone().ok_or("no webhook is pasted, so Deskie has nowhere to call")?;
        let (content_type, body) = if self.sends_json {
            ("application/json", json!({"type": "message_new", "object": nested(object)}).to_string())
        } else {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.append_pair("type", "message_new");
            for (name, value) in object {
                form.append_pair(&bracketed(&name), &value);
            }
            ("application/x-www-form-urlencoded", form.finish())
        };
        // Whether the real one repeats the call is not documented.
        let call = PlatformCall::post(&id.to_string(), url, content_type, body).repeated(Repeats::STRICT);
        call.send(&self.http).await
    }
}

/// Converts names such as `attachments[0][url]` to a list of objects.
fn nested(fields: Vec<(String, String)>) -> Value {
    let (mut object, mut files) = (Map::new(), Vec::<Map<String, Value>>::new());
    for (name, value) in fields {
        let Some((index, field)) = name.strip_prefix("attachments[").and_then(|rest| rest.split_once("][")) else {
            object.insert(name, value.into());
            continue;
        };
        let index = index.parse().unwrap_or(files.len());
        if index >= files.len() {
            files.resize(index + 1, Map::new());
        }
        if let Some(file) = files.get_mut(index) {
            file.insert(field.trim_end_matches(']').to_owned(), value.into());
        }
    }
    if !files.is_empty() {
        object.insert("attachments".to_owned(), files.into());
    }
    Value::Object(object)
}

/// Converts a name such as `attachments[0][url]` to `object[attachments][0][url]`.
fn bracketed(name: &str) -> String {
    match name.split_once('[') {
        Some((first, rest)) => format!("object[{first}][{rest}"),
        None => format!("object[{name}]"),
    }
}
