//! What admins are shown.

use serde_json::{Value, json};

use super::Admin;
use crate::{
    adapter::Urls,
    answer::ApiError,
    clock::rfc3339,
    installation::{Live, Route, SideSettings},
    steps::NextStep,
};

impl Admin {
    /// The installation without its secrets.
    ///
    /// # Errors
    /// 404, or our own failure.
    pub async fn show(&self, id: &str) -> Result<Value, ApiError> {
        self.view(self.find(id).await?.as_ref())
    }

    /// The latest messages, newest first.
    ///
    /// # Errors
    /// 404, or our own failure.
    pub async fn messages(&self, id: &str) -> Result<Value, ApiError> {
        self.find(id).await?;
        Ok(json!(self.store.latest(id, None, 50).await?))
    }

    /// One message with every call that was made for it.
    ///
    /// # Errors
    /// 404, or our own failure.
    pub async fn message(&self, id: &str, message: &str) -> Result<Value, ApiError> {
        self.find(id).await?;
        let key = crate::store::JournalKey::from_public_id(id, message).ok_or_else(ApiError::not_found)?;
        Ok(json!(self.store.message(&key).await?.ok_or_else(ApiError::not_found)?))
    }

    pub(super) fn next_steps(&self, live: &Live) -> Vec<NextStep> {
        let (channel, helpdesk) = (self.url(live, Route::Channel), self.url(live, Route::Helpdesk));
        let urls = Urls { channel: &channel, helpdesk: &helpdesk };
        let mut steps = live.channel.next_steps(&live.channel_account(), &urls);
        steps.extend(live.helpdesk.next_steps(&live.helpdesk_account(), &urls));
        let notices = live.channel.limits().notices.iter().chain(live.helpdesk.limits().notices);
        steps.extend(notices.map(NextStep::from));
        steps
    }

    pub(super) fn view(&self, live: &Live) -> Result<Value, ApiError> {
        let installation = &live.installation;
        let side = |side: &SideSettings| {
            let mut view = json!(side.settings);
            if let Some(view) = view.as_object_mut() {
                view.insert("kind".into(), json!(side.kind));
            }
            view
        };
        let mut view = json!({
            "id": installation.id,
            "state": installation.state,
            "channel": side(&installation.channel),
            "helpdesk": side(&installation.helpdesk),
            "settings": installation.options,
            "created_at": rfc3339(installation.created_at),
            "updated_at": rfc3339(installation.updated_at),
        });
        if let Some(view) = view.as_object_mut() {
            if let Some(problem) = &installation.problem {
                view.insert("problem".into(), json!(problem));
            }
            if !live.is_uninstalled() {
                view.insert("channel_webhook_url".into(), json!(self.url(live, Route::Channel)));
                view.insert("helpdesk_webhook_url".into(), json!(self.url(live, Route::Helpdesk)));
                view.insert("settings_url".into(), json!(self.url(live, Route::Settings)));
                let steps = self.next_steps(live);
                let sentences: Vec<&str> = steps.iter().map(|step| step.sentence.as_str()).collect();
                view.insert("next_steps".into(), json!(sentences));
                view.insert("steps".into(), json!(steps));
            }
        }
        Ok(view)
    }
}
