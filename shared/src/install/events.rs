//! The Marketplace's set-up events: `onAppInstall`, `afterAppUpdate`, `onAppUninstall`.

use http::StatusCode;
use serde_json::Value;

use super::{Admin, AppAnswer, AppError, InstallationView, Wanted, host_of};
use crate::{
    adapter::{
        Adapter,
        settings::{API_URL, Topic, topic_of},
    },
    helpdesk::{helpdesk, of_marketplace},
    model::installation::{Side, SideSettings},
    tools::answer::ApiError,
};

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
    pub async fn app_event(&self, event: &Value) -> Result<AppAnswer, ApiError> {
        let result = match event.get("event").and_then(Value::as_str) {
            Some("onAppInstall" | "afterAppUpdate") => self.app_installed(event).await.map(Some),
            Some("onAppUninstall") => self.app_uninstalled(event).await,
            _ => Err(ApiError::new(
                StatusCode::BAD_REQUEST,
                "unknown_event",
                "expected onAppInstall, afterAppUpdate or onAppUninstall",
            )),
        };
        match result {
            Ok(installation) => Ok(AppAnswer::Done { ok: true, installation: installation.map(Box::new) }),
            Err(error) if error.status.is_server_error() && error.code == "unavailable" => Err(error),
            Err(error) => {
                let error = AppError { code: error.code, message: short(&error.message), details: error.message };
                Ok(AppAnswer::Refused { ok: false, error })
            }
        }
    }

    async fn app_installed(&self, event: &Value) -> Result<InstallationView, ApiError> {
        let iparams = event.get("iparams").unwrap_or(&Value::Null);
        let wanted = Wanted { account_keys: keys_of(event), ..Wanted::from_post(iparams, self.allow_private)? };
        Ok(self.install(wanted).await?.installation)
    }

    /// An app that cannot be removed is worse than an installation that was not found.
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
        for key in keys_of(event).iter().chain(&host) {
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
            _ => Err(ApiError::unprocessable(
                "ambiguous",
                "several installations fit; add `installation` with the id of the one to remove",
            )),
        }
    }
}

/// Whether a side can be the one with the topic that was given. An id tells; a title does not, since the id was stored in
/// its place.
fn may_have_topic<'a>(
    side: &SideSettings,
    adapter: &dyn Adapter,
    given: impl Fn(&'static str) -> Option<&'a str>,
) -> bool {
    let by_id = adapter.settings().iter().find(|setting| setting.topic == Some(Topic::Id));
    let wanted = by_id.and_then(|setting| given(setting.name));
    wanted.is_none_or(|wanted| topic_of(adapter.settings(), &side.settings) == Some(wanted))
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
            // The check put the channel's id in the title's place.
            (deskie, side("channel"), "channel", Some("Mobile app"), true),
        ] {
            let given = |asked| given.filter(|_| asked == name);
            assert_eq!(may_have_topic(&side, adapter, given), may_be_it, "{side:?} {name}");
        }
    }
}
