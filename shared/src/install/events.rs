//! The Marketplace's set-up events: `onAppInstall`, `afterAppUpdate`, `onAppUninstall`.

use http::StatusCode;
use serde_json::Value;

use super::{Admin, AppAnswer, AppError, InstallationView, Wanted};
use crate::{
    adapter::{
        Adapter,
        settings::{API_URL, Topic, topic_of},
    },
    helpdesk::{helpdesk, of_marketplace},
    model::installation::{Side, SideSettings},
    tools::{address::host_of, answer::ApiError, sentences::Sentence},
};

/// The length of the longest message that the Marketplace shows, in characters.
const MESSAGE_LIMIT: usize = 60;

/// Returns whether an event is a set-up event.
pub fn is_app_event(event: &Value) -> bool {
    matches!(event.get("event").and_then(Value::as_str), Some("onAppInstall" | "afterAppUpdate" | "onAppUninstall"))
}

impl Admin {
    /// Answers a set-up event with `{"ok": true, "installation": {…}}`, or with `{"ok": false, "error": {…}}` and a
    /// message that is short enough for `renderData`.
    ///
    /// # Errors
    /// 503 if one of our own services fails. An asynchronous caller should repeat the event.
    pub async fn app_event(&self, event: &Value) -> Result<AppAnswer, ApiError> {
        let result = match event.get("event").and_then(Value::as_str) {
            Some("onAppInstall" | "afterAppUpdate") => self.app_installed(event).await.map(Some),
            Some("onAppUninstall") => self.app_uninstalled(event).await,
            _ => Err(ApiError::new(StatusCode::BAD_REQUEST, "unknown_event", Sentence::UnknownAppEvent)),
        };
        match result {
            Ok(installation) => Ok(AppAnswer::Done { ok: true, installation: installation.map(Box::new) }),
            Err(error) if error.status.is_server_error() && error.code == "unavailable" => Err(error),
            Err(error) => {
                let error = AppError { code: error.code, message: shortened(&error.message), details: error.message };
                Ok(AppAnswer::Refused { ok: false, error })
            }
        }
    }

    async fn app_installed(&self, event: &Value) -> Result<InstallationView, ApiError> {
        let iparams = event.get("iparams").unwrap_or(&Value::Null);
        let wanted = Wanted { account_keys: account_keys_of(event), ..Wanted::from_post(iparams, self.allow_private)? };
        Ok(self.install(wanted).await?.installation)
    }

    /// Uninstalls the installation of an app. If none is found, this still succeeds, because an app that cannot be
    /// removed would be worse.
    async fn app_uninstalled(&self, event: &Value) -> Result<Option<InstallationView>, ApiError> {
        if let Some(id) = event.get("installation").and_then(Value::as_str) {
            return self.uninstall(id).await.map(Some);
        }
        let iparams = event.get("iparams").unwrap_or(&Value::Null);
        let given = |side: Side, name: &str| {
            let nested = iparams.get(side.word()).and_then(|side| side.get(name));
            nested.or_else(|| iparams.get(format!("{}_{name}", side.word()))).and_then(Value::as_str)
        };
        let Some(kind) = given(Side::Helpdesk, "kind").or(of_marketplace()) else { return Ok(None) };
        let host = given(Side::Helpdesk, API_URL.name).and_then(host_of);
        let mut found: Vec<String> = Vec::new();
        for key in account_keys_of(event).iter().chain(&host) {
            for id in self.store.installation_ids_of_account(kind, key).await? {
                let Some(installation) = self.store.installation(&id).await? else { continue };
                let same_kind = given(Side::Channel, "kind").is_none_or(|kind| kind == installation.channel.kind);
                let may_be_it = helpdesk(kind).is_none_or(|adapter| {
                    may_have_topic(&installation.helpdesk, adapter, |name| given(Side::Helpdesk, name))
                });
                if same_kind && may_be_it && !found.contains(&id) {
                    found.push(id);
                }
            }
        }
        match found.as_slice() {
            [] => Ok(None),
            [id] => self.uninstall(id).await.map(Some),
            _ => Err(ApiError::unprocessable("ambiguous", Sentence::SeveralInstallations)),
        }
    }
}

/// Returns whether a side can have the given topic. An id decides; a title does not, because the table stores the id
/// instead of the title.
fn may_have_topic<'a>(
    side: &SideSettings,
    adapter: &dyn Adapter,
    given: impl Fn(&'static str) -> Option<&'a str>,
) -> bool {
    let by_id = adapter.settings().iter().find(|setting| setting.topic == Some(Topic::Id));
    let wanted = by_id.and_then(|setting| given(setting.name));
    wanted.is_none_or(|wanted| topic_of(adapter.settings(), &side.settings) == Some(wanted))
}

/// Returns the keys that name the account in an event: the account's id and the hosts of its URLs.
fn account_keys_of(event: &Value) -> Vec<String> {
    let id = match event.get("account_id") {
        Some(Value::String(id)) => Some(id.clone()),
        Some(Value::Number(id)) => Some(id.to_string()),
        _ => None,
    };
    let urls = event.pointer("/currentHost/endpoint_urls").and_then(Value::as_object);
    let hosts = urls.into_iter().flat_map(|urls| urls.values()).filter_map(|url| host_of(url.as_str()?));
    id.into_iter().chain(hosts).collect()
}

fn shortened(message: &str) -> String {
    if message.chars().count() <= MESSAGE_LIMIT {
        return message.to_owned();
    }
    message.chars().take(MESSAGE_LIMIT - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Inboxes;

    #[test]
    fn an_app_that_names_its_topic_means_the_installation_with_that_topic() {
        let (deskie, freshchat) = (helpdesk("deskie").unwrap(), helpdesk("freshchat").unwrap());
        let side =
            |name: &str| SideSettings { settings: [(name.to_owned(), "7".to_owned())].into(), ..Inboxes::side("") };
        for (adapter, side, name, given, may_be_it) in [
            (&Inboxes as &dyn Adapter, Inboxes::side("7"), "inbox_id", Some("7"), true),
            (&Inboxes, Inboxes::side("7"), "inbox_id", None, true),
            (&Inboxes, Inboxes::side("7"), "inbox_id", Some("8"), false),
            (&Inboxes, Inboxes::side("7"), "channel_id", Some("8"), true),
            (freshchat, side("channel_id"), "channel_id", Some("7"), true),
            (freshchat, side("channel_id"), "channel_id", Some("8"), false),
            // The check replaced the title with the channel's id.
            (deskie, side("channel"), "channel", Some("Mobile app"), true),
        ] {
            let given = |asked| given.filter(|_| asked == name);
            assert_eq!(may_have_topic(&side, adapter, given), may_be_it, "{side:?} {name}");
        }
    }
}
