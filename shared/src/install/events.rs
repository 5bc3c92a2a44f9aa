//! The Marketplace's set-up events: `onAppInstall`, `afterAppUpdate`, `onAppUninstall`.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Admin, InstallRequest, host_of};
use crate::answer::ApiError;

/// The longest message that the Marketplace shows.
const MESSAGE_LIMIT: usize = 60;

/// Whether an event is one of the set-up events.
pub fn is_app_event(event: &Value) -> bool {
    matches!(event.get("event").and_then(Value::as_str), Some("onAppInstall" | "afterAppUpdate" | "onAppUninstall"))
}

impl Admin {
    /// Answers a set-up event: `{"ok": true, "installation": {…}}` or `{"ok": false, "error": {…}}` with a message
    /// short enough for `renderData`.
    ///
    /// # Errors
    /// A failure of ours, which an asynchronous caller should repeat.
    pub async fn app_event(&self, event: &Value) -> Result<Value, ApiError> {
        let result = match event.get("event").and_then(Value::as_str) {
            Some("onAppInstall" | "afterAppUpdate") => self.app_installed(event).await,
            Some("onAppUninstall") => self.app_uninstalled(event).await,
            _ => Err(ApiError::new(
                StatusCode::BAD_REQUEST,
                "unknown_event",
                "expected onAppInstall, afterAppUpdate or onAppUninstall",
            )),
        };
        match result {
            Ok(installation) => Ok(json!({"ok": true, "installation": installation})),
            Err(error) if error.status.is_server_error() && error.code == "unavailable" => Err(error),
            Err(error) => {
                let message = short(&error.message);
                Ok(json!({"ok": false, "error": {"code": error.code, "message": message, "details": error.message}}))
            }
        }
    }

    async fn app_installed(&self, event: &Value) -> Result<Value, ApiError> {
        let iparams = event.get("iparams").unwrap_or(&Value::Null);
        let request = InstallRequest::parse(iparams, self.allow_private)?;
        self.install(request, keys_of(event)).await.map(|(_, view)| view)
    }

    /// An app that cannot be removed is worse than an installation that was not found.
    async fn app_uninstalled(&self, event: &Value) -> Result<Value, ApiError> {
        if let Some(id) = event.get("installation").and_then(Value::as_str) {
            return self.uninstall(id).await;
        }
        let iparams = event.get("iparams").unwrap_or(&Value::Null);
        let given = |side: &str, name: &str| {
            let nested = iparams.get(side).and_then(|side| side.get(name));
            nested.or_else(|| iparams.get(format!("{side}_{name}"))).and_then(Value::as_str)
        };
        let kind = given("helpdesk", "kind").unwrap_or("freshchat");
        let host = given("helpdesk", "api_url").and_then(host_of);
        let mut found: Vec<String> = Vec::new();
        for key in keys_of(event).iter().chain(&host) {
            for id in self.store.installation_ids_of_account(kind, key).await? {
                let Some(installation) = self.store.installation(&id).await? else { continue };
                let fits = |side: &crate::installation::SideSettings, name: &str, wanted: Option<&str>| {
                    wanted.is_none_or(|wanted| side.settings.get(name).is_some_and(|value| value == wanted))
                };
                let same_kind = given("channel", "kind").is_none_or(|kind| kind == installation.channel.kind);
                let same_topic = fits(&installation.helpdesk, "channel_id", given("helpdesk", "channel_id"));
                if same_kind && same_topic && !found.contains(&id) {
                    found.push(id);
                }
            }
        }
        match found.as_slice() {
            [] => Ok(Value::Null),
            [id] => self.uninstall(id).await,
            _ => Err(ApiError::unprocessable(
                "ambiguous",
                "several installations fit; add `installation` with the id of the one to remove",
            )),
        }
    }
}

/// What names the account in an event: its id and the hosts of its URLs.
fn keys_of(event: &Value) -> Vec<String> {
    let id = match event.get("account_id") {
        Some(Value::String(id)) => Some(id.clone()),
        Some(Value::Number(id)) => Some(id.to_string()),
        _ => None,
    };
    let urls = event.pointer("/currentHost/endpoint_urls").and_then(Value::as_object);
    let hosts = urls.into_iter().flat_map(|urls| urls.values()).filter_map(|url| host_of(url.as_str()?));
    id.into_iter().chain(hosts).collect()
}

fn short(message: &str) -> String {
    if message.chars().count() <= MESSAGE_LIMIT {
        return message.to_owned();
    }
    message.chars().take(MESSAGE_LIMIT - 1).chain(['…']).collect()
}
